//! experiment
use fubini::algorithms::*;
use fubini::atoms::{Frame, Helium, helium};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let r: usize = a[1].parse().unwrap();
    let map = match a[2].as_str() {
        "on" => QmcMap::On,
        _ => QmcMap::Off,
    };
    let training: u64 = a[3].parse().unwrap();
    let p = helium(Helium { alpha: 2.0, beta: 0.15, charge: 2.0 }, Frame::Spherical).unwrap();
    let exact = p.exact().unwrap();
    for k in [14, 16, 18, 20] {
        let n = (1_u64 << k) / r as u64;
        let (mut sum, mut within, mut stated, mut secs) = (0.0, 0, 0.0, 0.0);
        let seeds = if k == 20 { 16 } else { 64 };
        for seed in 0..seeds {
            let q = Qmc::default().replicates(r).map(map).points(n).training(training);
            let o = Options::default().ratio(0, 1).rtol(1e9).seed(seed);
            let rep = q.integrate(p.integrand.as_ref(), p.coordinates.as_ref(), &o).unwrap();
            let e = rep.ratio().unwrap();
            sum += (e.value - exact).powi(2);
            stated += e.error.powi(2);
            within += u32::from((e.value - exact).abs() <= e.error);
            secs += rep.seconds;
        }
        println!(
            "2^{k}: rmse {:.2e} stated {:.2e} within {within}/{seeds} {:.3} s",
            (sum / seeds as f64).sqrt(),
            (stated / seeds as f64).sqrt(),
            secs / seeds as f64
        );
    }
}
