//! Whether ψ² falls off fast enough far away for ∫ψ² to be finite, whatever the direction.
//!
//! On the sphere of radius R in all 3n coordinates walkers are distributed as ψ². A step to λR multiplies ∫ψ² over the shell from R
//! to λR by the mean of λ³ⁿ ψ²(λx)/ψ²(x) over them, by which they are then chosen again (sequential Monte Carlo: P. Del Moral,
//! A. Doucet, A. Jasra, J. R. Stat. Soc. B 68 (2006) 411). ∫ψ² is finite where the shells' integrals fall as a power of R.
//! Of a ψ² that is a power of R the mean has no noise.

use super::probe::{Places, Probe, UNIT};
use super::swarm::{Swarm, norm};

/// Walkers in the first look, and where it leaves a doubt.
const WALKERS: [usize; 2] = [192, 2048];
/// λ in both.
const STEP: [f64; 2] = [1.4, 1.25];
/// The largest sphere in units of the size of ψ. Beyond, rounding hides ways of the width of ψ.
const TO: f64 = 1e9;
/// The largest sphere, in these units, on which ψ may end at once.
const NEAR: f64 = 10.0;
/// ln of the part of the largest shell that is nothing: exp(−120) is the square of a part of 1e-26 of ψ.
const NOTHING: f64 = 120.0;
/// λ − 1 of the shortest step.
const SHORT: f64 = 1e-3;
/// Where electrons are at the nucleus, as a part of their mean distance.
const AT_THE_NUCLEUS: f64 = 1e-12;
/// Decline d ln M/d ln R of an exponential where it is nothing; no noise hides a rise there.
const EXPONENTIAL: f64 = -40.0;
/// Decline that ∫ψ² needs, where there is no noise.
const LEAST: f64 = -1e-3;
/// The part of the range of ln R, from its end, over which the decline is taken.
const TAIL: f64 = 0.4;

/// That range where the walk ended before.
const LAST: f64 = 0.1;

/// What becomes of ψ² far away.
pub(super) enum Far {
    /// It falls as an exponential does, and the spheres hold nothing of it at a few times its size.
    Falls,
    /// ∫ψ² is finite, but reaches out: half of it lies beyond this distance from the origin.
    Slowly(f64),
    /// ∫ψ² is infinite, and what to say of where.
    Not(String),
}

/// Looks at ψ² from its size outwards.
pub(super) fn look(probe: &Probe<'_>, size: f64) -> Far {
    let mut swarm = Swarm::new(probe, size, WALKERS[0]);
    let mut walk = swarm.walk(STEP[0], size * TO);
    if walk.decline().is_some_and(|(decline, _)| decline > EXPONENTIAL) {
        swarm = Swarm::new(probe, size, WALKERS[1]);
        walk = swarm.walk(STEP[1], size * TO);
    }
    let half = walk.half();
    let found = match walk.decline() {
        Some((decline, noise)) if decline > LEAST - 2.0 * noise => return Far::Not(swarm.tell(walk.peaks_fall())),
        Some((decline, _)) if decline > EXPONENTIAL || half > 10.0 * size => Far::Slowly(half),
        None if half > 10.0 * size => Far::Slowly(half),
        _ => Far::Falls,
    };
    if matches!(found, Far::Falls)
        && let Some(distance) = swarm.returns(size, &walk)
    {
        return Far::Not(format!(
            "ψ does not fall off: it grows again {distance:.0e} bohr from the origin, so that ∫ψ² is infinite: check the signs and \
             parameters"
        ));
    }
    let Some(electron) = stays(probe, size) else { return found };
    Far::Not(format!(
        "ψ does not fall off when electron {} alone goes far while the {} at the nucleus, so that ∫ψ² or the kinetic energy is infinite: \
         check the signs and parameters",
        electron + 1,
        if probe.electrons == 2 { "other is" } else { "others are" }
    ))
}

/// The electron with which alone ψ does not fall at all where the others are at the nucleus, as a function of products of distances
/// does: a way that gets narrower with the distance, which walkers may miss.
fn stays(probe: &Probe<'_>, size: f64) -> Option<usize> {
    let others = if probe.electrons > 1 { probe.electrons } else { 0 };
    (0..others).find(|electron| {
        let at = |r: f64| {
            let mut places = probe.rest(AT_THE_NUCLEUS * size);
            places[*electron] = UNIT[*electron].map(|x| x * r);
            places
        };
        let logs = probe.logs(&[1e2, 1e4, 1e6, 1e8].map(|part| at(part * size)));
        logs.iter().all(|x| x.is_finite()) && logs[3] > logs[0] - 1e-3
    })
}

/// ∫ψ² over shells, ln M over ln R, and ln of the largest ψ² on them.
#[derive(Default)]
struct Walk {
    radii: Vec<f64>,
    shells: Vec<f64>,
    peaks: Vec<f64>,
    /// Whether the largest shell is the last one of which anything is left.
    ends: bool,
    /// Whether it came to the last sphere.
    whole: bool,
}

impl Walk {
    /// The slope of ln M at the end with its standard deviation; `None` where nothing is left.
    fn decline(&self) -> Option<(f64, f64)> {
        let last = self.radii.len().checked_sub(1).filter(|last| *last > 1 && !self.ends)?;
        let range = if self.whole { TAIL * (self.radii[last] - self.radii[0]) } else { LAST };
        let from = self.radii.iter().position(|r| *r >= self.radii[last] - range).unwrap_or(0).min(last - 2);
        let slope = |k: usize| (self.shells[k + 1] - self.shells[k]) / (self.radii[k + 1] - self.radii[k]);
        let slopes: Vec<f64> = (from..last).map(slope).collect();
        let count = slopes.len() as f64;
        let mean = slopes.iter().sum::<f64>() / count;
        let variance = slopes.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (count - 1.0);
        // How an exponential's slope changes is no noise.
        Some((mean, (variance / count).sqrt().min(0.1)))
    }

    /// The radius within which half of all shells lies.
    fn half(&self) -> f64 {
        let most = self.shells.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        let all: f64 = self.shells.iter().map(|m| (m - most).exp()).sum();
        let mut sum = 0.0;
        let at = self.shells.iter().position(|m| {
            sum += (m - most).exp();
            sum >= 0.5 * all
        });
        at.map_or(0.0, |at| self.radii[at].exp())
    }

    /// Whether the largest values fall, too slowly as that may be.
    fn peaks_fall(&self) -> bool {
        let last = self.peaks.len().saturating_sub(1);
        let from = last - (TAIL * last as f64) as usize;
        self.peaks.get(from).zip(self.peaks.last()).is_some_and(|(first, last)| *last < first - 0.5)
    }
}

impl Swarm<'_> {
    /// The distance at which ψ that had fallen is as large as ever along one of the ways that formulas single out.
    fn returns(&mut self, size: f64, walk: &Walk) -> Option<f64> {
        let most = walk.peaks.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        (2..=14).map(|k| size * 10f64.powf(0.5 * f64::from(k))).find(|radius| {
            self.radius = *radius;
            let logs = self.look(&self.special());
            *radius > 2.0 * walk.radii.last().map_or(0.0, |last| last.exp()) && logs.iter().any(|log| *log > most - 0.5 * NOTHING)
        })
    }

    /// Goes outwards until nothing is left, or to this radius.
    fn walk(&mut self, mut step: f64, to: f64) -> Walk {
        let mut walk = Walk::default();
        let (mut shell, mut most) = (0.0, 0.0f64);
        while self.radius < to {
            walk.radii.push(self.radius.ln());
            walk.shells.push(shell);
            walk.peaks.push(self.logs.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b)));
            let (mut next, mut logs);
            loop {
                next = self.walkers.iter().map(|place| place.map(|at| at.map(|x| x * step))).collect::<Vec<Places>>();
                logs = self.look(&next);
                // Where a factor overflows or underflows nothing is known, and what was seen just before must do.
                let lost = logs.iter().filter(|x| !x.is_finite()).count() as f64 > 0.9 * logs.len() as f64;
                if !lost || step < 1.0 + SHORT {
                    break;
                }
                step = step.sqrt();
            }
            self.radius *= step;
            let count = logs.len() as f64;
            if logs.iter().filter(|x| **x == f64::INFINITY).count() as f64 > 0.1 * count {
                break;
            }
            let gain = self.dim as f64 * step.ln();
            let weights: Vec<f64> = logs.iter().zip(&self.logs).map(|(new, old)| new - old + gain).collect();
            let best = weights.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b));
            if best == f64::NEG_INFINITY {
                break;
            }
            let known = |x: &f64| if x.is_nan() { 0.0 } else { (x - best).exp() };
            shell += best + (weights.iter().map(known).sum::<f64>() / count).ln();
            most = most.max(shell);
            (self.walkers, self.logs) = (next, logs);
            self.choose(&weights);
            if shell < most - NOTHING {
                // From the largest shell in one step: beyond two nuclei far apart. Walkers that lose their way fall more slowly, or by
                // rounding, which hides ways further out.
                walk.ends = walk.shells.last().is_some_and(|last| *last > most - 1.0) && self.radius < NEAR * self.size;
                break;
            }
            self.settle();
        }
        walk.whole = self.radius >= to;
        walk
    }

    /// Where ψ does not fall off, or too slowly.
    fn tell(&self, falls: bool) -> String {
        let n = self.probe.electrons;
        let best = (0..self.logs.len()).max_by(|a, b| self.logs[*a].total_cmp(&self.logs[*b])).unwrap_or(0);
        let most = |of: &dyn Fn(&Places) -> bool| self.walkers.iter().filter(|place| of(place)).count() * 2 > self.walkers.len();
        let far: Vec<usize> = (0..n).filter(|k| most(&|place| norm(place[*k]) > 0.05 * self.radius)).collect();
        let verb = if falls { "falls off too slowly" } else { "does not fall off" };
        let way = far.first().and_then(|k| self.direction(*k, best)).filter(|_| far.len() == 1);
        let along = way.map_or(String::new(), |way| format!(" along {way}"));
        let place = match far[..] {
            _ if n == 1 && along.is_empty() => "with the distance".to_string(),
            [_] if n == 1 => format!("when the electron goes far{along}"),
            [k] => format!("when electron {} alone goes far{along}", k + 1),
            [j, k] => {
                let apart = |place: &Places| norm(std::array::from_fn(|x| place[j][x] - place[k][x]));
                let how = if most(&|place| apart(place) < 0.05 * self.radius) { "side by side" } else { "together" };
                format!("when electrons {} and {} go far {how}", j + 1, k + 1)
            }
            _ => "with the distance".to_string(),
        };
        format!("ψ {verb} {place}, so that ∫ψ² is infinite: check the signs and parameters")
    }

    /// The direction of an electron, if many walkers have it.
    fn direction(&self, electron: usize, best: usize) -> Option<String> {
        let unit = |place: &Places| {
            let at = place[electron];
            at.map(|x| x / norm(at))
        };
        let mut way = unit(&self.walkers[best]);
        let along = |place: &Places| unit(place).iter().zip(way).map(|(a, b)| a * b).sum::<f64>();
        let share =
            |sign: f64| self.walkers.iter().filter(|place| sign * along(place) > 0.99).count() as f64 / self.walkers.len() as f64;
        let shares = [share(1.0), share(-1.0)];
        if shares[0] + shares[1] < 0.1 {
            return None;
        }
        // Of two opposite ways, the one that begins with a plus.
        if shares[1] > 0.02 && way.iter().find(|x| x.abs() > 1e-3).is_some_and(|x| *x < 0.0) {
            way = way.map(|x| -x);
        }
        let axis = (0..3).find(|x| way[*x].abs() > 0.999);
        Some(match axis {
            Some(x) => format!("{}{}", if way[x] > 0.0 { "+" } else { "-" }, ["x", "y", "z"][x]),
            None => {
                let parts = way.map(|x| format!("{:.2}", if x.abs() < 0.005 { 0.0 } else { x }));
                format!("({})", parts.join(", "))
            }
        })
    }
}
