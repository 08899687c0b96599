//! How fast the energy of helium converges with randomised quasi-Monte Carlo, in spherical laboratory coordinates.
//!
//! Prints the root mean square error of E over 16 seeds at growing numbers of points, those of all 16 replicates
//! together, against the known value for this ψ; beside it the error that the runs state, how often it is exceeded,
//! and the error of a single replicate with its sixteenth of the points, which is √16 times that of their mean. The
//! evaluations that train the map, 60,000 whatever the points, are not among them.
//!
//! `cargo run --release --example qmc_helium`

use fubini::algorithms::{Integrator, Options, Qmc, QmcMap};
use fubini::atoms::{Frame, Helium, helium};

const SEEDS: u64 = 16;
const REPLICATES: usize = 16;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let problem = helium(Helium { alpha: 2.0, beta: 0.15, charge: 2.0 }, Frame::Spherical)?;
    let exact = problem.exact().ok_or("no exact value is known for this ψ")?;
    println!(" points       RMSE     stated  exceeded   one replicate: points  RMSE");
    let mut errors = Vec::new();
    for k in [14, 16, 18, 20, 22, 24] {
        let points = (1_u64 << k) / REPLICATES as u64;
        let qmc = Qmc::default().replicates(REPLICATES).map(QmcMap::On).points(points);
        let (mut square, mut stated, mut exceeded) = (0.0, 0.0, 0);
        for seed in 0..SEEDS {
            // Any error will do: the run ends with its first points.
            let options = Options::default().ratio(0, 1).rtol(f64::MAX).seed(seed);
            let report = qmc.integrate(problem.integrand.as_ref(), problem.coordinates.as_ref(), &options)?;
            let energy = report.ratio().ok_or("the ratio is missing")?;
            let off = energy.value - exact;
            (square, stated) = (square + off * off, stated + energy.error * energy.error);
            exceeded += u32::from(off.abs() > energy.error);
        }
        let [rmse, stated] = [square, stated].map(|sum| (sum / SEEDS as f64).sqrt());
        let one = rmse * (REPLICATES as f64).sqrt();
        println!("   2^{k}   {rmse:.2e}   {stated:.2e}     {exceeded:2}/{SEEDS}                    2^{}   {one:.2e}", k - 4);
        errors.push((f64::from(k), rmse.log2()));
    }
    println!("2^14 to 2^20: N^{:.2}", slope(&errors[..4]));
    println!("2^14 to 2^24: N^{:.2}", slope(&errors));
    Ok(())
}

/// Of the straight line with the least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0 / n, y + p.1 / n));
    let products: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    products / points.iter().map(|p| (p.0 - x).powi(2)).sum::<f64>()
}
