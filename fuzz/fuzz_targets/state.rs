//! Saved states that nobody saved: a state with bytes changed and the checksum made right must be refused, or the run
//! that goes on from it must end within its budget.

#![no_main]

use fubini_algorithms::{Cuhre, Domain, Integrator, Options, Progress, Qmc, Vegas, scalar};
use libfuzzer_sys::fuzz_target;
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes at the beginning that name the format.
const MAGIC: usize = 10;
/// Bytes of the checksum at the end.
const CHECKSUM: usize = 4;

fn options() -> Options {
    Options::default().rtol(1e-6).max_evals(BUDGET).threads(1)
}

/// Points that a run may take.
const BUDGET: u64 = 5_000;
/// Points beside them by which a state is recognised.
const PROBES: u64 = 64;

/// Runs, and refuses to take more points than are allowed.
fn run(integrator: &dyn Integrator, options: &Options, mut watch: impl FnMut(&Progress<'_>)) {
    let count = AtomicU64::new(0);
    let f = scalar(2, |x| {
        count.fetch_add(1, Ordering::Relaxed);
        (x[0] - 0.3).abs() + x[1]
    });
    _ = integrator.integrate_watched(&f, &Domain::unit(2), options, &mut |progress| {
        watch(&progress);
        ControlFlow::Continue(())
    });
    assert!(count.load(Ordering::Relaxed) <= BUDGET + PROBES, "{}", integrator.name());
}

/// The states of a run of each method after its second step.
fn states() -> &'static [Vec<u8>; 3] {
    static STATES: OnceLock<[Vec<u8>; 3]> = OnceLock::new();
    STATES.get_or_init(|| {
        methods().map(|integrator| {
            let (mut step, mut state) = (0, Vec::new());
            run(&*integrator, &options(), |progress| {
                step += 1;
                if step == 2 {
                    state = progress.snapshot.to_bytes();
                }
            });
            state
        })
    })
}

fn methods() -> [Box<dyn Integrator>; 3] {
    [Box::new(Cuhre::default()), Box::new(Vegas::default()), Box::new(Qmc::default())]
}

fuzz_target!(|data: &[u8]| {
    for (integrator, state) in methods().iter().zip(states()) {
        let mut body = state[..state.len() - CHECKSUM].to_vec();
        // Three bytes of input change one byte of the state.
        for change in data.chunks_exact(3) {
            let at = usize::from(u16::from_le_bytes([change[0], change[1]])) % (body.len() - MAGIC);
            body[MAGIC + at] = change[2];
        }
        body.extend(crc32fast::hash(&body).to_le_bytes());
        run(&**integrator, &options().resume(body), |_| {});
        run(&**integrator, &options().resume(data.to_vec()), |_| {});
    }
});
