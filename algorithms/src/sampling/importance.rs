//! A trained importance map that can be kept, and used for another integrand.

use super::MapAxis;
use crate::Error;
use std::fmt;

/// What a saved map begins with, and how that begins in every version of the format.
const MAGIC: &[u8] = b"fubini-map-1\r\n";
const OF_ANY_VERSION: &[u8] = b"fubini-map-";
/// Bytes of the checksum at the end.
const CHECKSUM: usize = 4;
/// Share of the samples that fall as if there were no map: an integrand that the map does not fit is still met everywhere.
const UNIFORM: f64 = 0.1;

/// The importance map of a VEGAS run: where, axis by axis of the unit cube, its samples fall.
///
/// From [`Snapshot::map`](crate::Snapshot::map) of a run, to be given to another one by [`Options::map`](crate::Options::map): for the same
/// integrand with other parameters, or another one that is large in the same places. A tenth of the samples then falls as if there were
/// none, and training goes on. A map that does not fit is worse than none all the same: of runs with a map of a peak a thousandth wide, for
/// peaks elsewhere, 20 to 90 of 100 converged, and those that were far off had a sign against them.
///
/// ```
/// use fubini_algorithms::{Domain, ImportanceMap, Integrator, Options, Vegas, scalar};
/// use std::ops::ControlFlow;
///
/// let peak = |a: f64| scalar(2, move |x| (-a * ((x[0] - 0.3).powi(2) + (x[1] - 0.6).powi(2))).exp());
/// let (unit, options, mut bytes) = (Domain::unit(2), Options::default().rtol(1e-3), Vec::new());
/// Vegas::default().integrate_watched(&peak(900.0), &unit, &options, &mut |progress| {
///     bytes = progress.snapshot.map().map_or(Vec::new(), |map| map.to_bytes());
///     ControlFlow::Continue(())
/// })?;
/// let map = ImportanceMap::from_bytes(&bytes)?;
/// let report = Vegas::default().integrate(&peak(800.0), &unit, &options.map(map))?;
/// assert!((report.integrals[0].value / (std::f64::consts::PI / 800.0) - 1.0).abs() < 5e-3);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct ImportanceMap {
    axes: Vec<MapAxis>,
}

impl ImportanceMap {
    pub(crate) fn of(axes: &[MapAxis]) -> Self {
        ImportanceMap { axes: axes.to_vec() }
    }

    /// Number of variables.
    pub fn dim(&self) -> usize {
        self.axes.len()
    }

    /// Where on axis `d` of the unit cube the increments end, each of which gets the same share of the samples.
    ///
    /// # Panics
    /// If there is no such axis.
    pub fn edges(&self, d: usize) -> &[f64] {
        &self.axes[d].edges
    }

    /// The map as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let edges: Vec<&[f64]> = self.axes.iter().map(|axis| &axis.edges[..]).collect();
        // Vectors of numbers hold nothing that this format could not.
        let mut bytes = postcard::to_extend(&edges, MAGIC.to_vec()).expect("a map can be written");
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }

    /// Whether these bytes begin as a map does.
    pub fn is_map(bytes: &[u8]) -> bool {
        bytes.starts_with(OF_ANY_VERSION)
    }

    /// Reads a map back.
    ///
    /// # Errors
    /// The bytes are no map, or one that is torn.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let refuse = |reason: &str| Err(Error::Map { reason: reason.to_string() });
        let Some(body) = bytes.strip_prefix(MAGIC) else { return refuse("this is no importance map of this version") };
        let whole = bytes.split_last_chunk::<CHECKSUM>().filter(|(all, sum)| crc32fast::hash(all).to_le_bytes() == **sum);
        if whole.is_none() {
            return refuse("the map is torn or damaged: its checksum does not match");
        }
        let edges = postcard::from_bytes::<Vec<Vec<f64>>>(&body[..body.len() - CHECKSUM]);
        let is_axis = |edges: &Vec<f64>| {
            let is_whole = edges.len() > 1 && edges[0] == 0.0 && edges[edges.len() - 1] == 1.0;
            is_whole && edges.windows(2).all(|pair| pair[0] < pair[1])
        };
        match edges {
            Ok(edges) if !edges.is_empty() && edges.iter().all(|own| is_axis(own) && own.len() == edges[0].len()) => {
                Ok(ImportanceMap { axes: edges.into_iter().map(MapAxis::through).collect() })
            }
            _ => refuse("the contents of the map cannot be read"),
        }
    }

    /// Its axes, with a part of the samples spread evenly.
    pub(crate) fn softened(&self) -> Vec<MapAxis> {
        self.axes.iter().map(|axis| MapAxis::through(softened(&axis.edges))).collect()
    }
}

/// Edges of increments of equal shares, of which a part is spread evenly. The share below an edge is linear in between.
fn softened(edges: &[f64]) -> Vec<f64> {
    let n = edges.len() - 1;
    let below = |k: usize| (1.0 - UNIFORM) * (k as f64 / n as f64) + UNIFORM * edges[k];
    let (mut k, mut all) = (0, Vec::with_capacity(n + 1));
    for i in 0..=n {
        let wanted = i as f64 / n as f64;
        while k + 1 < n && below(k + 1) < wanted {
            k += 1;
        }
        let part = ((wanted - below(k)) / (below(k + 1) - below(k))).clamp(0.0, 1.0);
        all.push(edges[k] + part * (edges[k + 1] - edges[k]));
    }
    (all[0], all[n]) = (0.0, 1.0);
    // Rounding could let two of very narrow increments meet.
    if all.windows(2).all(|pair| pair[0] < pair[1]) { all } else { edges.to_vec() }
}

impl fmt::Debug for ImportanceMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportanceMap").field("dim", &self.dim()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_comes_back_from_its_bytes_and_no_other_does() {
        let map = ImportanceMap { axes: vec![MapAxis::through(vec![0.0, 0.1, 0.3, 1.0]), MapAxis::new(3)] };
        let bytes = map.to_bytes();
        assert!(ImportanceMap::is_map(&bytes) && ImportanceMap::from_bytes(&bytes).unwrap() == map);
        for cut in 0..bytes.len() {
            assert!(ImportanceMap::from_bytes(&bytes[..cut]).is_err());
        }
        let mut other = bytes.clone();
        other[20] ^= 1;
        assert!(ImportanceMap::from_bytes(&other).is_err());
    }

    #[test]
    fn a_softened_axis_gives_every_place_a_share() {
        let edges = softened(&[0.0, 1e-6, 2e-6, 3e-6, 1.0]);
        assert!(edges.windows(2).all(|pair| pair[0] < pair[1]) && edges[0] == 0.0 && edges[4] == 1.0, "{edges:?}");
        // Of four increments the last holds a quarter of the map's share and nearly all of the even one.
        assert!(edges[3] < 0.5 && edges[3] > 3e-6, "{edges:?}");
    }
}
