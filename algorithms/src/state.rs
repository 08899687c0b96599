//! The state of a run as bytes: saved between two steps, opened again to go on as if nothing had happened.
//!
//! A state names its format, its method and its problem, and ends with a checksum. One that is torn, or belongs to
//! something else, is refused. The core does no I/O: where the bytes are kept is the caller's affair.

use crate::pullback::{Pullback, Workspace};
use crate::streams::mix;
use crate::{Error, Estimate, Options};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt;

/// What a state begins with; the number is the version of the format.
const MAGIC: &[u8; 10] = b"fubini-4\r\n";
/// Bytes of the checksum at the end.
const CHECKSUM: usize = 4;

/// The state of a run at the moment an observer is called, as bytes for [`Options::resume`].
#[derive(Clone, Copy)]
pub struct Snapshot<'a> {
    encode: &'a dyn Fn() -> Vec<u8>,
    regions: Option<&'a dyn Fn() -> Vec<Region>>,
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
    pub(crate) fn new(encode: &'a dyn Fn() -> Vec<u8>) -> Self {
        Snapshot { encode, regions: None }
    }

    /// Of a method that works by regions.
    pub(crate) fn with_regions(encode: &'a dyn Fn() -> Vec<u8>, regions: &'a dyn Fn() -> Vec<Region>) -> Self {
        Snapshot { encode, regions: Some(regions) }
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

/// What a state must agree on with the run that opens it, and how long it took to get there.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    method: String,
    settings: String,
    problem: u64,
    seconds: f64,
}

/// Whose state it is.
pub(crate) struct Identity<'a> {
    method: &'static str,
    settings: String,
    f: &'a Pullback<'a>,
    options: &'a Options,
}

impl<'a> Identity<'a> {
    /// Of a method with its own settings, at work on `f`.
    pub(crate) fn new(method: &'static str, settings: &dyn fmt::Debug, f: &'a Pullback<'a>, options: &'a Options) -> Self {
        Identity { method, settings: format!("{settings:?}"), f, options }
    }

    /// The name of the method.
    pub(crate) fn method(&self) -> &'static str {
        self.method
    }

    fn header(&self) -> Header {
        Header {
            method: self.method.to_string(),
            settings: self.settings.clone(),
            problem: fingerprint(self.f, self.options),
            seconds: self.f.clock().seconds(),
        }
    }

    /// Turns a state into bytes.
    pub(crate) fn seal(&self, state: &impl Serialize) -> Vec<u8> {
        // Neither a header nor our states hold anything that this format could not.
        let bytes = postcard::to_extend(&self.header(), MAGIC.to_vec()).expect("a header can be written");
        let mut bytes = postcard::to_extend(state, bytes).expect("a state can be written");
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }

    /// Reads a state back; the time of the run then includes the one before.
    pub(crate) fn open<T: DeserializeOwned>(&self, bytes: &[u8]) -> Result<T, Error> {
        let refuse = |reason: &str| Err(Error::State { reason: reason.to_string() });
        if !bytes.starts_with(&MAGIC[..7]) {
            return refuse("this is no state of a run");
        }
        if !bytes.starts_with(MAGIC) {
            return refuse("it was written by another version; start the run again without it");
        }
        let Some((body, checksum)) = bytes.split_last_chunk::<CHECKSUM>() else {
            return refuse("it is torn: its end is missing");
        };
        if crc32fast::hash(body).to_le_bytes() != *checksum {
            return refuse("it is torn or damaged: its checksum does not match");
        }
        let Ok((header, state)) = postcard::take_from_bytes::<Header>(&body[MAGIC.len()..]) else {
            return refuse("its header cannot be read");
        };
        let own = self.header();
        if header.method != own.method {
            return refuse(&format!("it is one of {}, and {} was asked for", header.method, own.method));
        }
        if header.settings != own.settings {
            return refuse(&format!("the method had other settings: {} then, {} now", header.settings, own.settings));
        }
        if header.problem != own.problem {
            return refuse(
                "it belongs to another problem: integrand, domain, coordinates, seed, target and error level must be the same",
            );
        }
        match postcard::take_from_bytes(state) {
            Ok((state, [])) => {
                self.f.clock().resume(header.seconds);
                Ok(state)
            }
            _ => refuse("its contents cannot be read"),
        }
    }
}

/// Points at which the integrand is compared.
const PROBES: usize = 16;

/// A number that tells problems apart: from the options that shape a run, and from the values at a few points, which
/// are evaluated here and are not part of the run's count.
fn fingerprint(f: &Pullback<'_>, options: &Options) -> u64 {
    let Options { seed, target, ratios, error_level, hints, .. } = options;
    let words = format!("{target:?} {ratios:?} {error_level:?} {hints:?} {} {}", f.dim(), f.components());
    let mut hash = words.bytes().fold(mix(*seed), |hash, byte| mix(hash ^ u64::from(byte)));
    let mut workspace = Workspace::default();
    f.prepare(&mut workspace, PROBES);
    for d in 0..f.dim() {
        // A Weyl sequence: points as good as any, never at an edge.
        let step = (2.0 + d as f64).sqrt();
        workspace.points.column_mut(d).iter_mut().enumerate().for_each(|(i, u)| *u = (0.5 + (i + 1) as f64 * step).fract());
    }
    f.eval(&mut workspace);
    for d in 0..f.dim() {
        hash = workspace.points.column(d).iter().fold(hash, |hash, x| mix(hash ^ x.to_bits()));
    }
    for c in 0..f.components() {
        hash = workspace.values.column(c).iter().fold(hash, |hash, x| mix(hash ^ x.to_bits()));
    }
    hash
}
