//! What all four algorithms, in C and in Fortran, are given and give back.

use crate::integral::{ABORTED, Answer, BAD_COMPONENTS, BAD_DIMENSION, integrate};
use crate::methods::Algorithm;
use crate::settings::{self, MASTER};
use fubini::algorithms::Options;
use fubini_foreign::{Halt, Pointer, Rows};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::fmt;
use std::slice;

/// `integrand_t` with all the arguments that Cuba hands over: who declares fewer does not see the rest. The last two are the weights of
/// all points and the iteration, or for Divonne the phase; the number of points is an `int`, or a `long long` in the forms of
/// that type, whose lower half stands first on all machines that Cuba is built for.
pub(crate) type Function = unsafe extern "C" fn(
    *const c_int,
    *const f64,
    *const c_int,
    *mut f64,
    *mut c_void,
    *const i64,
    *const c_int,
    *const f64,
    *const c_int,
) -> c_int;
/// The same as Divonne calls it: with the phase.
type WithPhase = unsafe extern "C" fn(
    *const c_int,
    *const f64,
    *const c_int,
    *mut f64,
    *mut c_void,
    *const i64,
    *const c_int,
    *const c_int,
) -> c_int;
/// `peakfinder_t`.
pub(crate) type PeakFinder = unsafe extern "C" fn(*const c_int, *const f64, *mut c_int, *mut f64, *mut c_void);

/// What an integrand returns to end the run.
const ABORT: c_int = -999;
/// Points of a call at most: batches hold some thousands.
const MAX_BLOCK: usize = 1 << 16;
/// More than any integral has.
const MOST: usize = 1 << 20;

/// What is asked.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) dim: c_int,
    pub(crate) components: c_int,
    pub(crate) f: Option<Function>,
    pub(crate) data: *mut c_void,
    pub(crate) block: i64,
    pub(crate) rel: f64,
    pub(crate) abs: f64,
    pub(crate) flags: c_int,
    pub(crate) seed: c_int,
    pub(crate) min_eval: u64,
    pub(crate) max_eval: u64,
    pub(crate) state_file: Option<String>,
    pub(crate) algorithm: Algorithm,
}

/// Where the integrals go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    pub(crate) integral: *mut f64,
    pub(crate) error: *mut f64,
    pub(crate) probability: *mut f64,
}

impl Request {
    /// Tolerances, budget, seed, threads and hints for the engine.
    pub(crate) fn options(&self) -> Options {
        let mut options =
            Options::default().rtol(self.rel.max(0.0)).atol(self.abs.max(0.0)).max_evals(self.max_eval).seed(self.seed as u64);
        options.max_memory = fubini::memory::share();
        options.threads = settings::threads();
        if let Algorithm::Divonne(hints) = &self.algorithm {
            options.hints.clone_from(hints);
        }
        options
    }

    /// Integrates and writes integrals, errors and probabilities; returns the rest.
    ///
    /// # Safety
    /// The function keeps to its type, and every place has room for all components.
    pub(crate) unsafe fn answer(&self, places: Places) -> Answer {
        let (Ok(dim), Ok(components)) = (usize::try_from(self.dim), usize::try_from(self.components)) else {
            let fail = if self.dim < 0 { BAD_DIMENSION } else { BAD_COMPONENTS };
            return Answer::nothing(0, fail, "ndim and ncomp must be 1 or more");
        };
        if dim == 0 || dim > MOST {
            return Answer::nothing(0, BAD_DIMENSION, &format!("ndim is {dim}: it must be 1 or more"));
        }
        if components == 0 || components > MOST {
            return Answer::nothing(0, BAD_COMPONENTS, &format!("ncomp is {components}: it must be 1 or more"));
        }
        let Some(f) = self.f else { return Answer::nothing(0, ABORTED, "the integrand is a null pointer") };
        let (halt, data) = (Halt::default(), Pointer::new(self.data));
        let (ndim, ncomp, phased) = (self.dim, self.components, matches!(self.algorithm, Algorithm::Divonne(_)));
        let block = usize::try_from(self.block).unwrap_or(1).clamp(1, MAX_BLOCK);
        // Of the phases of Divonne, that in which values count. Weights of points are not known while they are evaluated: who sums
        // with them must see that the sum is none.
        let (weights, iteration, phase) = (vec![f64::NAN; block], 1, 2);
        let call = move |n: usize, x: &mut [f64], y: &mut [f64]| {
            let n = n as i64;
            // SAFETY: the caller vouches for the function; `x` and `y` hold n points and values.
            ABORT
                != unsafe {
                    if phased {
                        let f = std::mem::transmute::<Function, WithPhase>(f);
                        f(&ndim, x.as_ptr(), &ncomp, y.as_mut_ptr(), data.get(), &n, &MASTER, &phase)
                    } else {
                        f(&ndim, x.as_ptr(), &ncomp, y.as_mut_ptr(), data.get(), &n, &MASTER, weights.as_ptr(), &iteration)
                    }
                }
        };
        let rows = Rows::new(dim, components, block, halt.clone(), call);
        let answer = integrate(self, &rows, &halt);
        let columns: [(*mut f64, &dyn Fn(usize) -> f64); 3] = [
            (places.integral, &|c| answer.integrals[c].value),
            (places.error, &|c| answer.integrals[c].error),
            (places.probability, &|_| answer.probability),
        ];
        for (place, value) in columns {
            if !place.is_null() {
                // SAFETY: the caller vouches for the room.
                let column = unsafe { slice::from_raw_parts_mut(place, components) };
                column.iter_mut().enumerate().for_each(|(c, to)| *to = value(c));
            }
        }
        answer
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Request { dim, components, block, rel, abs, flags, seed, min_eval, max_eval, .. } = self;
        write!(f, "{}: ndim {dim}, ncomp {components}, nvec {block}, epsrel {rel:e}, epsabs {abs:e}, ", self.algorithm.name())?;
        write!(f, "flags {flags}, seed {seed}, mineval {min_eval}, maxeval {max_eval}, ")?;
        write!(f, "statefile {}", self.state_file.as_deref().unwrap_or("(none)"))
    }
}

/// The name in a text of C; none where it is null or empty.
///
/// # Safety
/// It is null, or ends in a zero.
pub(crate) unsafe fn name(text: *const c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: as promised.
    let name = unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned();
    Some(name).filter(|name| !name.is_empty())
}

/// Points where peaks may be: those that are given, `stride` numbers apart, and those that a function finds in the whole cube. Points
/// outside are left out.
///
/// # Safety
/// `given` holds `n` points of `dim` numbers, and `finder` keeps to its type.
pub(crate) unsafe fn hints(
    dim: c_int,
    (n, stride, given): (i64, c_int, *const f64),
    (extra, finder): (i64, Option<PeakFinder>),
    data: *mut c_void,
) -> Vec<Vec<f64>> {
    let mut found = Vec::new();
    let (Ok(ndim), Ok(stride)) = (usize::try_from(dim), usize::try_from(stride)) else { return found };
    if !given.is_null() {
        for k in 0..usize::try_from(n).unwrap_or(0) {
            // SAFETY: as promised.
            found.push(unsafe { slice::from_raw_parts(given.add(k * stride.max(ndim)), ndim) }.to_vec());
        }
    }
    if let (Some(finder), Ok(room)) = (finder, c_int::try_from(extra))
        && room > 0
    {
        let (cube, mut count, mut x) = ([0.0, 1.0].repeat(ndim), room, vec![f64::NAN; room as usize * ndim]);
        // SAFETY: as promised; there is room for as many points as it says.
        unsafe { finder(&dim, cube.as_ptr(), &mut count, x.as_mut_ptr(), data) };
        found.extend(x.chunks_exact(ndim).take(count.clamp(0, room) as usize).map(<[f64]>::to_vec));
    }
    found.retain(|point| point.iter().all(|x| (0.0..=1.0).contains(x)));
    found
}
