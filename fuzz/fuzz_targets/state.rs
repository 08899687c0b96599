//! Saved states that nobody saved: a state with bytes changed and the checksum made right must be refused, or the run
//! that goes on from it must end within its budget.

#![no_main]

use fubini_algorithms::{
    Auto, Cuhre, Domain, GenzMalik, Integrator, Miser, Mixture, Options, ProductRule, Progress, Qmc, Train, Vegas, Vmc, vector,
};
use libfuzzer_sys::fuzz_target;
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes at the beginning that name the format.
const MAGIC: usize = 10;
/// Bytes of the checksum at the end.
const CHECKSUM: usize = 4;

fn options() -> Options {
    Options::default().rtol(1e-6).max_evals(BUDGET).threads(1).ratio(0, 1)
}

/// Points that a run may take.
const BUDGET: u64 = 8_000;
/// Points beside them by which a state is recognised.
const PROBES: u64 = 64;

/// Runs, and refuses to take more points than are allowed.
fn run(integrator: &dyn Integrator, options: &Options, mut watch: impl FnMut(&Progress<'_>)) {
    let count = AtomicU64::new(0);
    // Two components, as some methods are for ratios only.
    let f = vector(2, 2, |x, out| {
        count.fetch_add(1, Ordering::Relaxed);
        out.copy_from_slice(&[(x[0] - 0.3).abs() + x[1], 1.0 + x[0]]);
    });
    _ = integrator.integrate_watched(&f, &Domain::unit(2), options, &mut |progress| {
        watch(&progress);
        ControlFlow::Continue(())
    });
    assert!(count.load(Ordering::Relaxed) <= BUDGET + PROBES, "{}", integrator.name());
}

/// The methods, each with the state of a run after its second step.
fn states() -> &'static [(Box<dyn Integrator>, Vec<u8>)] {
    static STATES: OnceLock<Vec<(Box<dyn Integrator>, Vec<u8>)>> = OnceLock::new();
    STATES.get_or_init(|| {
        let state = |integrator: Box<dyn Integrator>| {
            let (mut step, mut state) = (0, Vec::new());
            run(&*integrator, &options(), |progress| {
                step += 1;
                if step <= 2 {
                    state = progress.snapshot.to_bytes();
                }
            });
            (integrator, state)
        };
        methods().into_iter().map(state).filter(|(_, state)| !state.is_empty()).collect()
    })
}

fn methods() -> Vec<Box<dyn Integrator>> {
    vec![
        Box::new(Cuhre::default()),
        Box::new(GenzMalik::default()),
        Box::new(ProductRule::default()),
        Box::new(Qmc::default()),
        Box::new(Mixture::default()),
        Box::new(Train::default()),
        Box::new(Miser::default()),
        Box::new(Vegas::default()),
        Box::new(Vmc::default().walkers(128)),
        Box::new(Auto::default()),
    ]
}

fuzz_target!(|data: &[u8]| {
    for (integrator, state) in states() {
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
