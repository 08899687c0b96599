//! The run.

use crate::border::{Code, Refusal, coded, refuse};
use crate::progress::Step;
use crate::report::Found;
use crate::request::{Function, Request};
use fubini::algorithms::{Domain, Error, Integrand, Progress};
use fubini::methods;
use fubini_foreign::{Columns, Failure, Halt, Job, Rows, run};
use std::ffi::c_int;
use std::ops::ControlFlow;

/// See `fubini.h`.
///
/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn fubini_integrate(request: *const Request, report: *mut *mut Found) -> c_int {
    coded(|| {
        // SAFETY: the caller keeps to the header: nobody changes the request, and the report has a place.
        let request = unsafe { request.as_ref() }.ok_or_else(|| refuse("request is a null pointer"))?;
        // SAFETY: as above.
        let place = unsafe { report.as_mut() }.ok_or_else(|| refuse("report is a null pointer"))?;
        *place = std::ptr::null_mut();
        *place = Box::into_raw(Box::new(integrate(request)?));
        Ok(())
    })
}

fn integrate(request: &Request) -> Result<Found, Refusal> {
    let (dim, components, halt) = (request.limits.len(), request.components, Halt::default());
    let integrand: Box<dyn Integrand> = match request.function {
        Function::Missing => return Err(refuse("there is no integrand: call fubini_set_point or fubini_set_batch")),
        Function::Point(f, data) => {
            // SAFETY: the caller has given a function of this type, and says by the number of threads how it may be called.
            let call = move |_, x: &mut [f64], y: &mut [f64]| unsafe { f(x.as_ptr(), y.as_mut_ptr(), data.get()) } == 0;
            Box::new(Rows::new(dim, components, 1, halt.clone(), call))
        }
        // SAFETY: as above.
        Function::Batch(f, data) => Box::new(unsafe { Columns::new(dim, components, halt.clone(), f, data) }),
    };
    let method = methods::integrator(&request.method, &request.knobs).map_err(refuse)?;
    let domain = Domain::new(&request.limits).map_err(refuse)?;
    let job = Job { method: &*method, integrand: &*integrand, domain: &domain, halt: &halt, at_least: false };
    let observer = &mut |progress: Progress<'_>| match request.observer {
        None => ControlFlow::Continue(()),
        Some((f, data)) => {
            // SAFETY: the caller has given a function of this type; a step is good for as long as the call.
            match unsafe { f(&Step::new(progress), data.get()) } {
                0 => ControlFlow::Continue(()),
                _ => ControlFlow::Break(()),
            }
        }
    };
    match run(&job, &request.options, observer) {
        Ok(report) => Ok(Found::new(report, method.name())),
        Err(failure) => Err((code(&failure), failure.to_string())),
    }
}

fn code(failure: &Failure) -> Code {
    match failure {
        Failure::Integrand => Code::Integrand,
        Failure::Request(Error::NotFinite { .. } | Error::Jacobian { .. } | Error::Overflow { .. }) => Code::NotFinite,
        Failure::Request(_) => Code::Request,
        _ => Code::Fault,
    }
}
