//! Eight numbers at a time: one width on every CPU, the widest instructions the CPU has, chosen at run time.
//!
//! Code is written once as a [`Kernel`], generic over [`Lanes`]; [`dispatch`] runs it with AVX-512, AVX2 and FMA,
//! or plain Rust. The first two vector types cannot be named outside this module: they exist only inside a kernel
//! that `dispatch` started after it had found the instructions on this CPU, which is why their methods may be safe.
//!
//! Every layer between `dispatch` and an instruction is `#[inline(always)]`: a function that stays a call does not
//! inherit the instruction set of its caller, and each intrinsic in it becomes a call as well (ten times slower).
#![allow(unsafe_code)]
// Numbers are no builders.
#![allow(clippy::return_self_not_must_use)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod dispatched;
mod lanes;
mod math;
mod portable;

use std::sync::OnceLock;

pub use lanes::{LANES, Lanes, Mask};
pub use portable::{F64x8, Mask8};

/// Code written once for every instruction set. `run` must be `#[inline(always)]`, and so must what it calls.
///
/// ```
/// use fubini_algorithms::simd::{Kernel, LANES, Lanes, dispatch};
///
/// /// Σ exp(−x²), eight at a time.
/// struct Sum<'a>(&'a [f64]);
///
/// impl Kernel for Sum<'_> {
///     type Output = f64;
///     #[inline(always)]
///     fn run<V: Lanes>(self) -> f64 {
///         let mut sum = V::splat(0.0);
///         for eight in self.0.chunks_exact(LANES) {
///             let x = V::load(eight.first_chunk().unwrap());
///             sum += (-(x * x)).exp();
///         }
///         sum.to_array().iter().sum()
///     }
/// }
///
/// assert!((dispatch(Sum(&[0.5; 16])) - 16.0 * (-0.25f64).exp()).abs() < 1e-13);
/// ```
pub trait Kernel {
    /// What the code returns.
    type Output;
    /// Runs with one vector type.
    fn run<V: Lanes>(self) -> Self::Output;
}

/// An instruction set that kernels are compiled for.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Level {
    /// Whatever the build targets; on x86-64 that is SSE2 without fused multiply-add.
    Portable,
    /// AVX2 and FMA: two registers of four lanes.
    Avx2,
    /// AVX-512 F, DQ, VL, BW: one register.
    Avx512,
}

/// The best level of this CPU, or a lower one if the environment variable `FUBINI_SIMD` is `portable` or `avx2`: so that tests see
/// all of them, and a result can be repeated on a lesser machine.
#[inline]
pub fn level() -> Level {
    static LEVEL: OnceLock<Level> = OnceLock::new();
    *LEVEL.get_or_init(|| match (detect(), std::env::var("FUBINI_SIMD").as_deref()) {
        (_, Ok("portable")) => Level::Portable,
        (Level::Avx512, Ok("avx2")) => Level::Avx2,
        (best, _) => best,
    })
}

/// The levels of this CPU, the best one last.
pub fn levels() -> &'static [Level] {
    match level() {
        Level::Portable => &[Level::Portable],
        Level::Avx2 => &[Level::Portable, Level::Avx2],
        Level::Avx512 => &[Level::Portable, Level::Avx2, Level::Avx512],
    }
}

#[cfg(target_arch = "x86_64")]
fn detect() -> Level {
    let avx2 = is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2");
    let avx512 = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512bw");
    match (avx2, avx512) {
        (true, true) => Level::Avx512,
        (true, false) => Level::Avx2,
        _ => Level::Portable,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn detect() -> Level {
    Level::Portable
}

/// Runs the kernel on the best instruction set of this CPU.
#[inline]
pub fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    match level() {
        // SAFETY: `level` has found the instructions on this CPU.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { run_avx512(kernel) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { run_avx2(kernel) },
        _ => kernel.run::<F64x8>(),
    }
}

/// Runs the kernel at one level, for tests and benchmarks; `None` if this CPU lacks it.
pub fn dispatch_at<K: Kernel>(level: Level, kernel: K) -> Option<K::Output> {
    if !levels().contains(&level) {
        return None;
    }
    Some(match level {
        // SAFETY: `levels` holds only what was found on this CPU.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { run_avx512(kernel) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { run_avx2(kernel) },
        _ => kernel.run::<F64x8>(),
    })
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,fma,avx2,bmi1,bmi2")]
fn run_avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<avx512::Avx512>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi1,bmi2")]
fn run_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<avx2::Avx2>()
}
