//! The state of a run as bytes: saved between two steps, opened again to go on as if nothing had happened.
//!
//! A state names its format, its method and its problem ([`super::identity`]), and ends with a checksum. One that is torn, or
//! belongs to something else, is refused. The core does no I/O: where the bytes are kept is the caller's affair.

use crate::Estimate;
use crate::sampling::ImportanceMap;
use std::fmt;

/// What a state begins with; the number is the version of the format.
pub(super) const MAGIC: &[u8; 11] = b"fubini-12\r\n";

/// The state of a run at the moment an observer is called, as bytes for [`Options::resume`](crate::Options::resume).
///
/// ```
/// use fubini_algorithms::{Cuhre, Domain, Integrator, Options, scalar};
/// use std::ops::ControlFlow;
///
/// let f = scalar(2, |x| (x[0] - 0.3).abs() * x[1].sqrt());
/// let (unit, mut state) = (Domain::unit(2), Vec::new());
/// let options = Options::default().rtol(1e-7);
/// let whole = Cuhre::default().integrate_watched(&f, &unit, &options, &mut |progress| {
///     if state.is_empty() {
///         state = progress.snapshot.to_bytes();
///     }
///     ControlFlow::Continue(())
/// })?;
/// let resumed = Cuhre::default().integrate(&f, &unit, &options.resume(state))?;
/// assert_eq!(whole.integrals, resumed.integrals);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Snapshot<'a> {
    encode: &'a dyn Fn() -> Vec<u8>,
    regions: Option<&'a dyn Fn() -> Vec<Region>>,
    map: Option<&'a dyn Fn() -> Option<ImportanceMap>>,
}

/// A region into which an adaptive rule has cut the unit cube.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Lower corner, in the unit cube.
    pub lo: Vec<f64>,
    /// Upper corner, in the unit cube.
    pub hi: Vec<f64>,
    /// What each component contributes to the integral there, with its stated error.
    pub integrals: Vec<Estimate>,
}

impl<'a> Snapshot<'a> {
    /// A state that `encode` writes when somebody asks; for methods of one's own, which read it back from
    /// [`Options::resume`](crate::Options::resume).
    pub fn new(encode: &'a dyn Fn() -> Vec<u8>) -> Self {
        Snapshot { encode, regions: None, map: None }
    }

    /// The same run with another state: for a method that leaves its work to another and saves more than that does.
    #[must_use]
    pub fn written_by(self, encode: &'a dyn Fn() -> Vec<u8>) -> Self {
        Snapshot { encode, ..self }
    }

    /// Of a method that works by regions.
    pub(crate) fn with_regions(encode: &'a dyn Fn() -> Vec<u8>, regions: &'a dyn Fn() -> Vec<Region>) -> Self {
        Snapshot { encode, regions: Some(regions), map: None }
    }

    /// Of a method that has regions, or a map.
    pub(crate) fn of(
        encode: &'a dyn Fn() -> Vec<u8>,
        regions: &'a dyn Fn() -> Vec<Region>,
        map: &'a dyn Fn() -> Option<ImportanceMap>,
    ) -> Self {
        Snapshot { encode, regions: Some(regions), map: Some(map) }
    }

    /// The importance map as it is now, for other runs; none where a method has none.
    ///
    /// ```
    /// use fubini_algorithms::{Domain, Integrator, Options, Vegas, scalar};
    /// use std::ops::ControlFlow;
    ///
    /// let peak = |a: f64| scalar(4, move |x: &[f64]| (-a * x.iter().map(|x| (x - 0.7).powi(2)).sum::<f64>()).exp());
    /// let (unit, options, mut map) = (Domain::unit(4), Options::default().rtol(1e-3), None);
    /// Vegas::default().integrate_watched(&peak(200.0), &unit, &options, &mut |progress| {
    ///     map = progress.snapshot.map();
    ///     ControlFlow::Continue(())
    /// })?;
    /// // For a neighbour two iterations of training are enough.
    /// let with = Vegas::default().integrate(&peak(210.0), &unit, &options.clone().map(map.unwrap()))?;
    /// let without = Vegas::default().integrate(&peak(210.0), &unit, &options)?;
    /// assert!(with.converged() && with.evaluations < without.evaluations);
    /// # Ok::<(), fubini_algorithms::Error>(())
    /// ```
    pub fn map(&self) -> Option<ImportanceMap> {
        self.map.and_then(|map| map())
    }

    /// The regions as they are now, for pictures of the refinement; none where a method has no regions.
    pub fn regions(&self) -> Vec<Region> {
        self.regions.map_or_else(Vec::new, |regions| regions())
    }

    /// The state as it is now. It takes as long as copying the state does: call it every minute, not every step.
    pub fn to_bytes(&self) -> Vec<u8> {
        (self.encode)()
    }
}

impl Snapshot<'_> {
    /// Whether these bytes begin as the state of a run does, of this version or of another.
    pub fn is_state(bytes: &[u8]) -> bool {
        let end = bytes.iter().take(MAGIC.len() + 2).position(|byte| *byte == b'\r');
        let version = end.and_then(|end| bytes[..end].strip_prefix(&MAGIC[..7]));
        version.is_some_and(|version| !version.is_empty() && version.iter().all(u8::is_ascii_digit))
    }
}

impl fmt::Debug for Snapshot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Snapshot")
    }
}
