//! The integrand of two variables as a map, with the regions or the points of a run over it.

use super::plot::plain;
use crate::cli::{Job, chosen};
use crate::history::History;
use fubini::algorithms::{Columns, Integrand, Options, Points, Pullback, Region, Report, Values, Workspace};
use std::sync::Mutex;

/// A map: everything in the variables of the integrand.
pub(super) struct Map {
    pub(super) title: String,
    /// What the shades mean.
    pub(super) shades: String,
    /// Names of the variables.
    pub(super) names: [String; 2],
    pub(super) cells: Vec<Cell>,
    /// Outlines of regions.
    pub(super) outlines: Vec<Vec<(f64, f64)>>,
    pub(super) points: Vec<(f64, f64)>,
}

/// A small part of the domain.
pub(super) struct Cell {
    pub(super) corners: Vec<(f64, f64)>,
    /// The integrand from −1 to 1, where ±1 stands for the largest absolute value.
    pub(super) shade: f64,
}

/// Cells of an axis.
const CELLS: usize = 64;
/// Cells reach over the next ones by this share, so that no seam is seen.
const OVERLAP: f64 = 0.08;
/// Segments of the side of a region, which may be curved.
const SEGMENTS: usize = 8;
/// Most regions that are drawn: the largest.
const REGIONS: usize = 4000;
/// Most points that are drawn, and evaluations of the run that shows them.
const SHOWN: usize = 1500;
const SAMPLE: u64 = 30_000;
/// How far from a cut it has not begun.
const JUST: f64 = 1e-9;
/// Share of the integral that the drawn part of an infinite variable holds.
const HELD: f64 = 0.998;

/// The map of a run on two variables; `None` where there are more or fewer, or coordinates that are none of a square.
pub(super) fn map(job: &Job, report: &Report, history: &History) -> Option<Map> {
    let problem = &job.problem;
    let coordinates = &*problem.coordinates;
    if job.variables.len() != 2 || coordinates.dim() != 2 || coordinates.axes().len() != 2 || problem.separated.is_some() {
        return None;
    }
    let pullback = Pullback::new(&*problem.integrand, coordinates).ok()?;
    // What the analysis has put in place of variables has no name of its own.
    let replaced = problem.analysis.iter().any(|note| note.contains("variable of its own"));
    let limits = limits(&pullback);
    let (cells, largest) = cells(&pullback, &*problem.integrand, limits, &coordinates.cuts());
    let regions = history.regions();
    let method = chosen(report, job.integrator.as_ref());
    let outlines = outlines(&pullback, regions, limits, &coordinates.cuts());
    let points = if regions.is_empty() { points(job, report, &cells) } else { Vec::new() };
    let over = match (regions.len(), points.len()) {
        (0, 0) => String::new(),
        (0, shown) => format!(" and {shown} points"),
        (1, _) => " and the one region".to_string(),
        (all, _) if all > REGIONS => format!(" and the {REGIONS} largest of {all} regions"),
        (all, _) => format!(" and {all} regions"),
    };
    Some(Map {
        title: format!("Integrand{over} of {method}"),
        shades: format!(
            "darkest where it is {} in absolute value, by the square root; orange above zero, blue below",
            plain(rounded(largest))
        ),
        names: [0, 1].map(|k| match replaced {
            true => format!("in place of {}", job.variables[k]),
            false => job.variables[k].clone(),
        }),
        cells,
        outlines,
        points,
    })
}

/// A number to three digits.
fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

/// Just below a place of the unit square at which an integrand or its coordinates may jump, and otherwise the place itself.
fn below(cuts: &[(usize, f64)], axis: usize, from: f64, to: f64) -> f64 {
    let next =
        cuts.iter().filter(|(d, at)| *d == axis && *at > from && *at <= to).map(|(_, at)| *at).fold(f64::INFINITY, f64::min);
    if next.is_finite() { next - JUST } else { to }
}

/// Places of the unit square in the variables of the integrand, with the weight of the integral there.
fn places(pullback: &Pullback<'_>, units: &[(f64, f64)]) -> Vec<((f64, f64), f64)> {
    let mut workspace = Workspace::default();
    pullback.prepare(&mut workspace, units.len());
    for (i, (u, v)) in units.iter().enumerate() {
        workspace.points.column_mut(0)[i] = *u;
        workspace.points.column_mut(1)[i] = *v;
    }
    pullback.eval(&mut workspace);
    let (x, y, weight) = (workspace.points.column(0), workspace.points.column(1), workspace.values.column(0));
    x.iter().zip(y).zip(weight).map(|((x, y), w)| ((*x, *y), *w)).collect()
}

/// The part of the unit square that is drawn: all of it but where an infinite variable has next to nothing of the integral.
fn limits(pullback: &Pullback<'_>) -> [(f64, f64); 2] {
    let centre = |k: usize| (k as f64 + 0.5) / CELLS as f64;
    let grid: Vec<(f64, f64)> = (0..CELLS * CELLS).map(|k| (centre(k % CELLS), centre(k / CELLS))).collect();
    let weights: Vec<f64> = places(pullback, &grid).iter().map(|(_, weight)| weight.abs()).collect();
    [0, 1].map(|axis| {
        let end = |k: usize, at: f64| if axis == 0 { (at, centre(k)) } else { (centre(k), at) };
        let ends: Vec<(f64, f64)> = (0..CELLS).flat_map(|k| [end(k, 0.0), end(k, 1.0)]).collect();
        if places(pullback, &ends).iter().all(|((x, y), _)| x.is_finite() && y.is_finite()) {
            return (0.0, 1.0);
        }
        let mut sums = [0.0; CELLS];
        for (k, weight) in weights.iter().enumerate() {
            sums[if axis == 0 { k % CELLS } else { k / CELLS }] += weight;
        }
        let (all, tail) = (sums.iter().sum::<f64>(), 0.5 * (1.0 - HELD));
        let reached = |order: &[usize]| {
            let sum = |k: usize| order[..=k].iter().map(|&k| sums[k]).sum::<f64>();
            order[(0..CELLS).find(|&k| sum(k) >= tail * all).unwrap_or(CELLS - 1)]
        };
        let upwards: Vec<usize> = (0..CELLS).collect();
        let downwards: Vec<usize> = (0..CELLS).rev().collect();
        let (lo, hi) = (reached(&upwards), reached(&downwards));
        // Never the end itself, which may be infinite.
        ((lo as f64).max(0.5) / CELLS as f64, ((hi + 1) as f64).min(CELLS as f64 - 0.5) / CELLS as f64)
    })
}

/// The shaded cells, and the largest absolute value of the integrand that is not a rare exception.
fn cells(pullback: &Pullback<'_>, integrand: &dyn Integrand, limits: [(f64, f64); 2], cuts: &[(usize, f64)]) -> (Vec<Cell>, f64) {
    let at = |axis: usize, k: f64| {
        let (lo, hi) = limits[axis];
        (lo + (hi - lo) * k / CELLS as f64).min(hi)
    };
    let end = |axis: usize, k: f64| below(cuts, axis, at(axis, k), at(axis, k + 1.0 + OVERLAP));
    let mut units = Vec::new();
    for k in 0..CELLS * CELLS {
        let (i, j) = ((k % CELLS) as f64, (k / CELLS) as f64);
        let (near, far) = ((at(0, i), at(1, j)), (end(0, i), end(1, j)));
        units.extend([near, (far.0, near.1), far, (near.0, far.1), (at(0, i + 0.5), at(1, j + 0.5))]);
    }
    let found: Vec<(f64, f64)> = places(pullback, &units).into_iter().map(|(place, _)| place).collect();
    let corners = found.chunks_exact(5);
    let values = values(integrand, &corners.clone().map(|five| five[4]).collect::<Vec<_>>());
    let mut sizes: Vec<f64> = values.iter().map(|f| f.abs()).filter(|f| f.is_finite()).collect();
    sizes.sort_by(f64::total_cmp);
    let largest = sizes.get(sizes.len().saturating_sub(1) * 99 / 100).copied().unwrap_or(0.0);
    let shade = |f: f64| if largest > 0.0 { f.signum() * (f.abs() / largest).min(1.0).sqrt() } else { 0.0 };
    let cell = |(five, f): (&[(f64, f64)], &f64)| Cell { corners: five[..4].to_vec(), shade: shade(*f) };
    let finite = |cell: &Cell| cell.shade.is_finite() && cell.corners.iter().all(|(x, y)| x.is_finite() && y.is_finite());
    (corners.zip(&values).map(cell).filter(finite).collect(), largest)
}

/// The integrand itself, its first component.
fn values(integrand: &dyn Integrand, places: &[(f64, f64)]) -> Vec<f64> {
    let (mut points, mut found) = (Columns::default(), Columns::default());
    points.reset(2, places.len());
    found.reset(integrand.components(), places.len());
    for (i, (x, y)) in places.iter().enumerate() {
        points.column_mut(0)[i] = *x;
        points.column_mut(1)[i] = *y;
    }
    points.pad();
    integrand.eval(points.points(2), &mut found.values());
    found.column(0).to_vec()
}

fn outlines(pullback: &Pullback<'_>, regions: &[Region], limits: [(f64, f64); 2], cuts: &[(usize, f64)]) -> Vec<Vec<(f64, f64)>> {
    let mut regions: Vec<_> = regions.iter().collect();
    let area = |r: &Region| (r.hi[0] - r.lo[0]) * (r.hi[1] - r.lo[1]);
    regions.sort_by(|a, b| area(b).total_cmp(&area(a)));
    let mut units = Vec::new();
    for region in regions.into_iter().take(REGIONS) {
        let [(u0, u1), (v0, v1)] = [0, 1].map(|d| (region.lo[d].max(limits[d].0), region.hi[d].min(limits[d].1)));
        if u0 >= u1 || v0 >= v1 {
            continue;
        }
        let (u1, v1) = (below(cuts, 0, u0, u1), below(cuts, 1, v0, v1));
        let corners = [(u0, v0), (u1, v0), (u1, v1), (u0, v1), (u0, v0)];
        for side in corners.windows(2) {
            let part =
                |k: usize, d: fn(&(f64, f64)) -> f64| d(&side[0]) + (d(&side[1]) - d(&side[0])) * k as f64 / SEGMENTS as f64;
            units.extend((0..SEGMENTS).map(|k| (part(k, |p| p.0), part(k, |p| p.1))));
        }
        units.push(corners[0]);
    }
    let found = places(pullback, &units);
    found.chunks_exact(4 * SEGMENTS + 1).map(|line| line.iter().map(|(place, _)| *place).collect()).collect()
}

/// Keeps the places at which an integrand was evaluated.
struct Recorded<'a> {
    integrand: &'a dyn Integrand,
    seen: Mutex<Vec<(f64, f64)>>,
}

impl Integrand for Recorded<'_> {
    fn dim(&self) -> usize {
        self.integrand.dim()
    }

    fn components(&self) -> usize {
        self.integrand.components()
    }

    fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
        self.integrand.eval(points, values);
        let mut seen = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        seen.extend(points.axis(0).iter().copied().zip(points.axis(1).iter().copied()));
    }
}

/// Points of the second half of a short run like this one, where it has learned: the run itself is not looked at, so that a picture changes no bit of a result.
fn points(job: &Job, report: &Report, cells: &[Cell]) -> Vec<(f64, f64)> {
    let recorded = Recorded { integrand: &*job.problem.integrand, seen: Mutex::default() };
    let mut options: Options = job.options.clone();
    (options.threads, options.max_evals) = (Some(1), report.evaluations.min(SAMPLE));
    options.resume = None;
    let knobs: &[(String, f64)] = &[];
    let method = chosen(report, job.integrator.as_ref());
    let again = if method == job.integrator.name() { None } else { fubini::methods::integrator(method, knobs).ok() };
    let integrator = again.as_deref().unwrap_or(job.integrator.as_ref());
    // A run that is too short for its method shows no points.
    _ = integrator.integrate(&recorded, &*job.problem.coordinates, &options);
    let corners = || cells.iter().flat_map(|cell| &cell.corners);
    let range = |d: fn(&(f64, f64)) -> f64| {
        corners().map(d).fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), x| (lo.min(x), hi.max(x)))
    };
    let ((x0, x1), (y0, y1)) = (range(|p| p.0), range(|p| p.1));
    let seen = recorded.seen.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let later = &seen[seen.len() / 2..];
    let inside = |(x, y): &&(f64, f64)| (x0..=x1).contains(x) && (y0..=y1).contains(y);
    later.iter().step_by((later.len() / SHOWN).max(1)).filter(inside).copied().collect()
}
