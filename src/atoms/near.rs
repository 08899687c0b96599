//! Where ψ grows without bound nearby: surfaces, lines and points at which ∫ψ² or the kinetic energy is infinite. Where it bends so
//! sharply that no point would see it.

use super::Nuclei;
use super::probe::{Places, Probe, UNIT};

/// Points on a line through ψ, and its length to either side in units of the size of ψ: where it is large, and where poles may be.
const LINES: [(usize, f64); 2] = [(240, 4.0), (1000, 32.0)];
/// Times that a peak is looked at more closely, each time by this factor.
const ROUNDS: usize = 16;
const FACTOR: f64 = 4.0;
/// Distances from points and lines in units of the size of ψ, or of a bohr if that is less, each a tenth of the one before: ξ − 1 of two
/// nuclei is their square.
const CLOSE: [f64; 3] = [1e-5, 1e-6, 1e-7];
/// Distance over which a slope must have changed to be no jump, in units of the size of ψ.
const BEND: f64 = 1e-8;
/// Second differences over the distance, the least over the largest while that becomes 256 times smaller: 1 where a slope jumps, of |x|^1.04
/// this.
const SHARP: f64 = 0.8;
/// Jump of the slope of ψ² in units of the largest ψ² over the size of ψ, or of ψ² itself: functions are not known to more than rounding.
const SEEN: f64 = 1e-6;
/// Growth of ψ² over the last four of them that is no peak: of a logarithm squared it is 1.8, of what is bounded 1.
const GROWS: f64 = 1.3;
/// Growth over two of them as 1/d, from which on ∫ψ² is infinite, less what other factors may do.
const SQUARE: f64 = 250.0;

/// Refuses a ψ for which an integral is infinite, with its reason.
pub(super) fn check(probe: &Probe<'_>, nuclei: Option<Nuclei>, size: f64) -> Result<(), String> {
    let size = probe.radius.map_or(size, |radius| size.min(0.4 * radius));
    let rest = probe.rest(size);
    for electron in 0..probe.electrons {
        surfaces(probe, electron, rest, size)?;
        bends(probe, electron, rest, size)?;
        axes(probe, electron, rest, nuclei.map_or(size, |nuclei| nuclei.bond), size)?;
        meetings(probe, electron, rest, nuclei, size)?;
    }
    Ok(())
}

fn moved(rest: Places, electron: usize, to: [f64; 3]) -> Places {
    let mut places = rest;
    places[electron] = to;
    places
}

/// Three ways through ψ, none of which is parallel to a plane of coordinates or goes through the origin, and where they begin in units of
/// the size of ψ.
fn ways() -> impl Iterator<Item = ([f64; 3], [f64; 3])> {
    UNIT.into_iter().zip([[0.21, -0.13, 0.08], [-0.09, 0.27, 0.16], [0.12, 0.19, -0.23]])
}

/// Surfaces at which ψ² or its slope jumps within [`BEND`] sizes of ψ: no point sees what ∇²ψ is there. Second differences over their
/// distance fall with it where ψ is smooth.
fn bends(probe: &Probe<'_>, electron: usize, rest: Places, size: f64) -> Result<(), String> {
    let (points, length) = LINES[0];
    let reach = probe.radius.map_or(length * size, |radius| 0.8 * radius);
    for (way, offset) in ways() {
        let at = |t: f64| moved(rest, electron, std::array::from_fn(|x| offset[x] * size + t * way[x]));
        let differences = |first: f64, step: f64, count: usize| {
            let values = probe.at(&(0..count).map(|k| at(first + step * k as f64)).collect::<Vec<_>>());
            let most = values.iter().filter(|x| x.is_finite()).fold(0.0, |most: f64, x| most.max(*x));
            let second = values.windows(3).map(|v| (v[0] - 2.0 * v[1] + v[2]).abs() / step);
            (second.map(|x| if x.is_finite() { x } else { 0.0 }).collect::<Vec<f64>>(), most)
        };
        let step = 2.0 * reach / (points - 1) as f64;
        let (all, most) = differences(-reach, step, points);
        for k in (1..all.len() - 1).filter(|k| all[*k] > 0.0 && all[*k] >= all[*k - 1] && all[*k] >= all[*k + 1]) {
            let (mut middle, mut half, mut jumps) = (-reach + step * (k + 1) as f64, step, Vec::new());
            while half > BEND * size {
                let fine = half / FACTOR;
                let (near, _) = differences(middle - half, fine, 9);
                let best = (0..7).max_by(|a, b| near[*a].total_cmp(&near[*b])).unwrap_or(3);
                (middle, half) = (middle - half + fine * (best + 1) as f64, fine);
                jumps.push(near[best]);
            }
            // Rounding is as large elsewhere.
            let beside = differences(middle + 0.3 * step, half, 9).0.into_iter().fold(0.0, f64::max);
            let last = jumps[jumps.len() - 1];
            let rounds = &jumps[jumps.len() - 5..];
            let (least, largest) = rounds.iter().fold((f64::INFINITY, 0.0f64), |(a, b), x| (a.min(*x), b.max(*x)));
            let is_bend = least > SHARP * largest && last * size > SEEN * most;
            // Of a step they grow as one over the distance.
            let is_step = last > 100.0 * rounds[0] && last * half > SEEN * most;
            if (is_bend || is_step) && last > 100.0 * beside {
                let place = name(probe, electron, &at(middle), size);
                return Err(format!(
                    "ψ bends or jumps {place}: ∇²ψ has a part there that no point sees, and the energy would be wrong: write a smooth ψ"
                ));
            }
        }
    }
    Ok(())
}

/// Surfaces, by lines of one electron that cross them: where ψ grows at all there, its gradient squared cannot be integrated.
fn surfaces(probe: &Probe<'_>, electron: usize, rest: Places, size: f64) -> Result<(), String> {
    // All of a sphere is near.
    let lines = &LINES[..if probe.radius.is_some() { 1 } else { 2 }];
    for ((way, offset), (points, length)) in ways().flat_map(|way| lines.iter().map(move |line| (way, *line))) {
        let reach = probe.radius.map_or(length * size, |radius| 0.8 * radius);
        let at = |t: f64| moved(rest, electron, std::array::from_fn(|x| offset[x] * size + t * way[x]));
        let look = |first: f64, step: f64, count: usize| {
            let values = probe.at(&(0..count).map(|k| at(first + step * k as f64)).collect::<Vec<_>>());
            values.into_iter().map(|x| if x.is_nan() { 0.0 } else { x }).collect::<Vec<f64>>()
        };
        let step = 2.0 * reach / (points - 1) as f64;
        let values = look(-reach, step, points);
        for k in 1..points - 1 {
            // What overflows at a place like any other is no pole.
            if values[k] == 0.0 || values[k] == f64::INFINITY || values[k] < values[k - 1] || values[k] < values[k + 1] {
                continue;
            }
            let (mut middle, mut half, mut peaks) = (-reach + step * k as f64, step, vec![values[k]]);
            for _ in 0..ROUNDS {
                let fine = half / FACTOR;
                let near = look(middle - half, fine, 9);
                let best = (0..9).max_by(|a, b| near[*a].total_cmp(&near[*b])).unwrap_or(4);
                (middle, half) = (middle - half + fine * best as f64, fine);
                peaks.push(near[best]);
            }
            let growth = |rounds: usize| peaks[ROUNDS] / peaks[ROUNDS - rounds];
            if peaks[ROUNDS] == f64::INFINITY || growth(4) > GROWS {
                let integral =
                    if peaks[ROUNDS] == f64::INFINITY || growth(4) > SQUARE { "∫ψ²" } else { "the kinetic energy" };
                let place = name(probe, electron, &at(middle), size);
                return Err(format!("ψ grows without bound {place}, so that {integral} is infinite there"));
            }
        }
    }
    Ok(())
}

/// What a place is called at which one electron meets a surface.
fn name(probe: &Probe<'_>, electron: usize, places: &Places, size: f64) -> String {
    let close = |a: f64, b: f64| (a - b).abs() < 1e-6 * size;
    let own = |letter: &str, k: usize| if probe.electrons == 1 { letter.to_string() } else { format!("{letter}{}", k + 1) };
    let length = |k: usize| places[k].iter().map(|x| x * x).sum::<f64>().sqrt();
    for (x, letter) in ["x", "y", "z"].iter().enumerate() {
        if close(places[electron][x], 0.0) {
            return format!("where {} = 0", own(letter, electron));
        }
        for other in (0..probe.electrons).filter(|k| *k != electron) {
            if close(places[electron][x], places[other][x]) {
                let [a, b] = [electron.min(other), electron.max(other)];
                return format!("where {} = {}", own(letter, a), own(letter, b));
            }
        }
    }
    if let Some(other) = (0..probe.electrons).find(|k| *k != electron && close(length(electron), length(*k))) {
        let [a, b] = [electron.min(other), electron.max(other)];
        return format!("where {} = {}", own("r", a), own("r", b));
    }
    let [x, y, z] = places[electron];
    let r = length(electron);
    format!("on a surface through x = {x:.4}, y = {y:.4}, z = {z:.4}, r = {r:.4} of {}", probe.name(electron))
}

/// Axes of coordinates, about which ψ that grows at all has no kinetic energy either.
fn axes(probe: &Probe<'_>, electron: usize, rest: Places, length: f64, size: f64) -> Result<(), String> {
    for axis in 0..3 {
        for part in [-0.7, -0.15, 0.15, 0.7] {
            let near = |rho: f64| {
                let mut to = [0.6 * rho, 0.8 * rho, 0.0];
                to.rotate_right((axis + 1) % 3);
                to[axis] = part * length;
                moved(rest, electron, to)
            };
            let values = probe.at(&CLOSE.map(|part| near(part * size.min(1.0))));
            if values[1] > 1.1 * values[0] && values[2] > 1.1 * values[1] {
                let integral = if values[2] > 90.0 * values[1] { "∫ψ²" } else { "the kinetic energy" };
                return Err(format!(
                    "ψ grows without bound where {} meets the {} axis, so that {integral} is infinite there",
                    probe.name(electron),
                    ["x", "y", "z"][axis]
                ));
            }
        }
    }
    Ok(())
}

/// Points where an electron meets a nucleus or another electron.
fn meetings(probe: &Probe<'_>, electron: usize, rest: Places, nuclei: Option<Nuclei>, size: f64) -> Result<(), String> {
    let half = nuclei.map_or(0.0, |nuclei| 0.5 * nuclei.bond);
    let centres = [[0.0, 0.0, -half], [0.0, 0.0, half]];
    let others = (0..electron).map(|other| rest[other]);
    for (at, centre) in centres.into_iter().chain(others).enumerate() {
        let near = |r: f64| moved(rest, electron, std::array::from_fn(|k| centre[k] + r * UNIT[2][k]));
        let values = probe.at(&CLOSE.map(|part| near(part * size.min(1.0))));
        // ψ² grows as 1/r or faster; as 1/r³ it cannot be integrated itself.
        if values[1] > 9.0 * values[0] && values[2] > 9.0 * values[1] {
            let whom = if at < 2 { "a nucleus" } else { "another electron" };
            let integral = if values[1] > 900.0 * values[0] { "∫ψ²" } else { "the kinetic energy" };
            return Err(format!(
                "ψ grows as 1/√r or faster where {} meets {whom}, so that {integral} is infinite",
                probe.name(electron)
            ));
        }
    }
    Ok(())
}
