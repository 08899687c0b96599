//! What a caller asks: a request that is filled in step by step.

use crate::border::{Refusal, coded, numbers, refuse, text, thing};
use crate::progress::Observer;
use fubini::algorithms::{ErrorLevel, Options, Target, max_threads};
use fubini::methods;
use fubini_foreign::{BatchFunction, Pointer};
use std::ffi::{c_char, c_int, c_void};

/// `fubini_point` of the header.
pub(crate) type PointFunction = unsafe extern "C" fn(*const f64, *mut f64, *mut c_void) -> c_int;

/// The integrand.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Function {
    Missing,
    Point(PointFunction, Pointer),
    Batch(BatchFunction, Pointer),
}

/// `fubini_request` of the header.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) components: usize,
    pub(crate) limits: Vec<(f64, f64)>,
    pub(crate) function: Function,
    pub(crate) method: String,
    pub(crate) knobs: Vec<(String, f64)>,
    pub(crate) options: Options,
    pub(crate) observer: Option<(Observer, Pointer)>,
}

/// See `fubini.h`.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn fubini_new(dim: usize, components: usize) -> *mut Request {
    let mut options = Options::default().threads(1);
    options.max_memory = fubini::memory::share();
    let (limits, method, knobs) = (vec![(0.0, 1.0); dim], "auto".to_string(), Vec::new());
    Box::into_raw(Box::new(Request { components, limits, function: Function::Missing, method, knobs, options, observer: None }))
}

/// See `fubini.h`.
///
/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn fubini_free(request: *mut Request) {
    if !request.is_null() {
        // SAFETY: it came from `fubini_new`, and nobody uses it any more.
        drop(unsafe { Box::from_raw(request) });
    }
}

/// Changes a request.
///
/// # Safety
/// `request` is null, or came from `fubini_new` and is not used by others now.
unsafe fn change(request: *mut Request, work: impl FnOnce(&mut Request) -> Result<(), Refusal>) -> c_int {
    // SAFETY: as promised.
    coded(|| work(unsafe { thing("request", request) }?))
}

/// Functions of the header that fill in a request: `name(arguments) |request| body`.
macro_rules! setters {
    ($($name:ident($($argument:ident: $type:ty),*) |$request:ident| $body:expr;)*) => {$(
        /// See `fubini.h`.
        ///
        /// # Safety
        /// As the header says.
        #[unsafe(no_mangle)]
        pub(crate) unsafe extern "C" fn $name(request: *mut Request, $($argument: $type),*) -> c_int {
            // SAFETY: the caller keeps to the header, here and for every pointer below.
            unsafe {
                change(request, |$request| {
                    $body;
                    Ok(())
                })
            }
        }
    )*};
}

setters! {
    fubini_set_point(f: Option<PointFunction>, user_data: *mut c_void) |request| {
        let f = f.ok_or_else(|| refuse("f is a null pointer"))?;
        request.function = Function::Point(f, Pointer::new(user_data));
    };
    fubini_set_batch(f: Option<BatchFunction>, user_data: *mut c_void) |request| {
        let f = f.ok_or_else(|| refuse("f is a null pointer"))?;
        request.function = Function::Batch(f, Pointer::new(user_data));
    };
    fubini_set_limits(variable: usize, lo: f64, hi: f64) |request| *known(&mut request.limits, variable)? = (lo, hi);
    fubini_set_method(name: *const c_char) |request| {
        let name = text("name", name)?;
        methods::integrator(name, &[]).map_err(refuse)?;
        request.method = name.to_string();
        request.knobs.clear();
    };
    fubini_set_knob(name: *const c_char, value: f64) |request| {
        let knob = (text("name", name)?.to_string(), value);
        methods::integrator(&request.method, std::slice::from_ref(&knob)).map_err(refuse)?;
        request.knobs.push(knob);
    };
    fubini_set_tolerance(rtol: f64, atol: f64) |request| (request.options.rtol, request.options.atol) = (rtol, atol);
    fubini_set_max_evals(max_evals: u64) |request| request.options.max_evals = max_evals;
    fubini_set_max_memory(bytes: u64) |request| request.options.max_memory = bytes;
    fubini_set_seed(seed: u64) |request| request.options.seed = seed;
    fubini_set_threads(threads: usize) |request| {
        if threads > max_threads() {
            return Err(refuse(format!("threads is {threads}: at most {} can be asked for on this machine", max_threads())));
        }
        request.options.threads = if threads == 0 { None } else { Some(threads) };
    };
    fubini_set_error_level(word: *const c_char) |request| {
        request.options.error_level = match text("word", word)? {
            "fast" => ErrorLevel::Fast,
            "standard" => ErrorLevel::Standard,
            "guarded" => ErrorLevel::Guarded,
            word => return Err(refuse(format!("error level {word}: there is none of that name; there are fast, standard, guarded"))),
        };
    };
    fubini_add_ratio(numerator: usize, denominator: usize) |request| {
        request.options = std::mem::take(&mut request.options).ratio(numerator, denominator);
    };
    fubini_set_target(word: *const c_char) |request| {
        request.options.target = match text("word", word)? {
            "each" => Target::Each,
            "ratio" => Target::Ratio,
            word => return Err(refuse(format!("target {word}: there is none of that name; there are each, ratio"))),
        };
    };
    fubini_add_complex(component: usize) |request| request.options.complex.push(component);
    fubini_add_hint(point: *const f64) |request| {
        let point = numbers("point", point, request.limits.len())?;
        request.options.hints.push(point.to_vec());
    };
    fubini_set_label(label: *const c_char) |request| request.options.label = text("label", label)?.to_string();
    fubini_set_observer(f: Option<Observer>, user_data: *mut c_void) |request| {
        request.observer = f.map(|f| (f, Pointer::new(user_data)));
    };
    fubini_set_resume(state: *const u8, length: usize) |request| {
        request.options.resume = match length {
            0 => None,
            _ => Some(numbers("state", state, length)?.to_vec()),
        };
    };
}

/// The limits of a variable that is there.
fn known(limits: &mut [(f64, f64)], variable: usize) -> Result<&mut (f64, f64), Refusal> {
    let dim = limits.len();
    limits.get_mut(variable).ok_or_else(|| refuse(format!("variable {variable}: there are {dim}, counted from 0")))
}
