//! Whose state it is: what a state and the run that opens it must agree on, and how both are told apart.
//!
//! A label says what is integrated where the caller knows it. A closure has no name, so that values are compared as well: at
//! points that fill the cube, and at points where the run that was saved has seen the integrand alive, since a narrow peak
//! underflows at all others.

use super::snapshot::MAGIC;
use crate::pullback::{Pullback, Workspace};
use crate::sampling::Sample;
use crate::sampling::streams::mix;
use crate::simd::level;
use crate::{Error, Options};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt;

/// Bytes of the checksum at the end of a state.
const CHECKSUM: usize = 4;
/// Bytes for which there is room at first: the states of small runs are as long.
const FIRST_BYTES: usize = 1 << 11;
/// Points that fill the cube at which the integrand is compared.
const PROBES: usize = 16;
/// Points at most at which a run has seen the integrand alive and it is compared.
pub(crate) const PLACES: usize = 16;
/// Characters of a label that are kept; a longer one is cut, and ends with a hash of the whole.
const LABEL: usize = 4096;
/// Characters of two labels that are shown around their first difference.
const SHOWN: usize = 160;

/// How messages about states of other problems begin.
const OTHER: &str = "it belongs to another problem";

/// What a state must agree on with the run that opens it, and how long it took to get there.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    method: String,
    settings: String,
    label: String,
    /// What else was asked for and may not change, in the order of [`asked`].
    asked: Vec<String>,
    /// Points of the unit cube at which the integrand was alive, point by point.
    places: Vec<f64>,
    /// Of the values there and at the probes.
    fingerprint: u64,
    seconds: f64,
}

/// Whose state it is.
pub(crate) struct Identity<'a> {
    pub(super) method: &'static str,
    settings: &'a (dyn fmt::Debug + Sync),
    pub(super) f: &'a Pullback<'a>,
    pub(super) options: &'a Options,
}

impl<'a> Identity<'a> {
    /// Of a method with its own settings, at work on `f`.
    pub(crate) fn new(
        method: &'static str,
        settings: &'a (dyn fmt::Debug + Sync),
        f: &'a Pullback<'a>,
        options: &'a Options,
    ) -> Self {
        Identity { method, settings, f, options }
    }

    /// Turns a state into bytes. At `places`, points of the unit cube, the run has seen the integrand alive; the first of them
    /// are kept.
    pub(crate) fn seal(&self, state: &impl Serialize, places: impl IntoIterator<Item = Vec<f64>>) -> Vec<u8> {
        let places: Vec<f64> = places.into_iter().take(PLACES).flatten().collect();
        // What a nested run was asked is told apart by the run around it.
        let nested = self.options.nested;
        let header = Header {
            method: self.method.to_string(),
            settings: self.settings(),
            label: if nested { String::new() } else { abridged(&self.options.label) },
            asked: if nested { Vec::new() } else { Vec::from(self.asked().map(|(_, value)| value)) },
            fingerprint: self.fingerprint(&places),
            places,
            seconds: self.f.clock().seconds(),
        };
        // Neither a header nor our states hold anything that this format could not.
        let mut bytes = Vec::with_capacity(FIRST_BYTES);
        bytes.extend(MAGIC);
        let bytes = postcard::to_extend(&header, bytes).expect("a header can be written");
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
        if let Some(difference) = self.difference(&header) {
            return refuse(&difference);
        }
        match postcard::take_from_bytes(state) {
            Ok((state, [])) => {
                // The time of the run around it is part of that of a nested run, and would be counted twice.
                if !self.options.nested {
                    self.f.clock().resume(header.seconds);
                }
                Ok(state)
            }
            _ => refuse("its contents cannot be read"),
        }
    }

    /// The points at which the run that was saved had seen the integrand alive; none where the state cannot be read.
    pub(crate) fn places(bytes: &[u8], dim: usize) -> Vec<Vec<f64>> {
        let header = bytes.get(MAGIC.len()..).and_then(|body| postcard::take_from_bytes::<Header>(body).ok());
        header.map_or_else(Vec::new, |(header, _)| header.places.chunks(dim).map(<[f64]>::to_vec).collect())
    }

    /// What tells the state with this header from one of this run.
    fn difference(&self, header: &Header) -> Option<String> {
        if header.method != self.method {
            return Some(format!("it is one of {}, and {} was asked for", header.method, self.method));
        }
        let settings = self.settings();
        if header.settings != settings {
            return Some(format!("the method had other settings: {} then, {settings} now", header.settings));
        }
        if !self.options.nested
            && let Some(other) = self.other(header)
        {
            return Some(other);
        }
        let inside = header.places.len().is_multiple_of(self.f.dim()) && header.places.len() <= PLACES * self.f.dim();
        let inside = inside && header.places.iter().all(|u| (0.0..=1.0).contains(u));
        if !inside || header.fingerprint != self.fingerprint(&header.places) {
            return Some(format!("{OTHER}: integrand, domain or coordinates have other values at the same points"));
        }
        None
    }

    /// What else was asked for then, where that is kept.
    fn other(&self, header: &Header) -> Option<String> {
        let label = abridged(&self.options.label);
        if header.label != label {
            let [then, now] = apart(&header.label, &label);
            return Some(format!("{OTHER}: it was made for `{then}`, and this run is for `{now}`"));
        }
        let changed = self.asked().into_iter().zip(&header.asked).find(|((_, now), then)| now != *then);
        changed.map(|((name, now), then)| format!("{OTHER}: {name} was {then} then, and is {now} now"))
    }

    /// The settings of the method as they are kept: written out when somebody asks for a state.
    fn settings(&self) -> String {
        format!("{:?}", self.settings)
    }

    /// What shapes a run, and its bits, beside its label: names and values.
    fn asked(&self) -> [(&'static str, String); 8] {
        let Options { seed, target, ratios, error_level, hints, .. } = self.options;
        let ratios: Vec<String> = ratios.iter().map(|r| format!("{} over {}", r.numerator, r.denominator)).collect();
        let word = |list: String| if list.is_empty() { "none".to_string() } else { list };
        [
            ("the number of variables", self.f.dim().to_string()),
            ("the number of components", self.f.components().to_string()),
            ("the seed", seed.to_string()),
            ("the target", format!("{target:?}").to_lowercase()),
            ("the list of ratios", word(ratios.join(", "))),
            ("the error level", format!("{error_level:?}").to_lowercase()),
            ("the instruction set", format!("{:?}", level()).to_lowercase()),
            ("the list of hints", word(hints.iter().map(|hint| format!("{hint:?}")).collect())),
        ]
    }

    /// A hash of points in the integrand's variables and of its values there, which are evaluated here and are not part of the
    /// run's count.
    fn fingerprint(&self, places: &[f64]) -> u64 {
        if self.options.nested {
            return 0;
        }
        let dim = self.f.dim();
        let probes = Sample::sequence(dim, 0, PROBES).into_iter().flat_map(|sample| sample.points);
        let all: Vec<f64> = probes.chain(places.iter().copied()).collect();
        let mut workspace = Workspace::default();
        self.f.prepare(&mut workspace, all.len() / dim);
        for d in 0..dim {
            let column = workspace.points.column_mut(d);
            column.iter_mut().zip(all[d..].iter().step_by(dim)).for_each(|(u, x)| *u = *x);
        }
        self.f.eval_unasked(&mut workspace);
        let points = (0..dim).flat_map(|d| workspace.points.column(d));
        let values = (0..self.f.components()).flat_map(|c| workspace.values.column(c));
        points.chain(values).fold(0, |hash, x| mix(hash ^ x.to_bits()))
    }
}

/// A label as it is kept.
fn abridged(label: &str) -> String {
    let Some((end, _)) = label.char_indices().nth(LABEL) else { return label.to_string() };
    let hash = label.bytes().fold(0, |hash, byte| mix(hash ^ u64::from(byte)));
    format!("{}… #{hash:016x}", &label[..end])
}

/// Two labels as far as a message can show them: from a little before their first difference on.
fn apart(then: &str, now: &str) -> [String; 2] {
    let common = then.chars().zip(now.chars()).take_while(|(a, b)| a == b).count();
    let from = common.saturating_sub(SHOWN / 2);
    [then, now].map(|label| {
        let long = label.chars().count() > SHOWN;
        let (skip, dots) = if long && from > 0 { (from, "…") } else { (0, "") };
        let shown: String = label.chars().skip(skip).take(SHOWN).collect();
        let more = label.chars().nth(skip + SHOWN).map_or("", |_| "…");
        format!("{dots}{shown}{more}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Domain, vector};

    #[test]
    fn nested_runs_that_go_on_leave_the_clock_alone() {
        let (f, domain) = (vector(1, 1, |x, y| y[0] = x[0]), Domain::unit(1));
        for (nested, least) in [(false, 1e6), (true, 0.0)] {
            let options = Options { nested, ..Options::default() };
            let [earlier, now] = [(); 2].map(|()| Pullback::new(&f, &domain).unwrap());
            earlier.clock().resume(1e6);
            let bytes = Identity::new("qmc", &(), &earlier, &options).seal(&1u8, []);
            assert_eq!(Identity::new("qmc", &(), &now, &options).open::<u8>(&bytes).unwrap(), 1);
            assert!((least..least + 1e5).contains(&now.clock().seconds()), "{nested}: {}", now.clock().seconds());
        }
    }

    #[test]
    fn labels_are_kept_short_and_shown_where_they_differ() {
        let (a, b) = ("x".repeat(9000) + "a", "x".repeat(9000) + "b");
        assert!(abridged(&a).len() < LABEL + 32 && abridged(&a) != abridged(&b) && abridged("é") == "é");
        assert_eq!(apart("exp(-x)", "exp(-y)"), ["exp(-x)", "exp(-y)"]);
        let [then, now] = apart(&a[8000..], &b[8000..]);
        assert!(then.ends_with('a') && now.ends_with('b') && then.chars().count() < SHOWN, "{then}");
    }
}
