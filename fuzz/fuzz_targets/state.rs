//! Saved states that nobody saved: a state with bytes changed and the checksum made right must be refused, or the run
//! that goes on from it must end within its budget.

#![no_main]

use fubini_algorithms::{Cuhre, Domain, Integrator, Options, Progress, Qmc, Vegas, scalar};
use libfuzzer_sys::fuzz_target;
use std::ops::ControlFlow;
use std::sync::OnceLock;

/// Bytes at the beginning that name the format.
const MAGIC: usize = 10;
/// Bytes of the checksum at the end.
const CHECKSUM: usize = 4;

fn options() -> Options {
    Options::default().rtol(1e-6).max_evals(5_000).threads(1)
}

fn run(integrator: &dyn Integrator, options: &Options, mut watch: impl FnMut(&Progress<'_>)) {
    let f = scalar(2, |x| (x[0] - 0.3).abs() + x[1]);
    _ = integrator.integrate_watched(&f, &Domain::unit(2), options, &mut |progress| {
        watch(&progress);
        ControlFlow::Continue(())
    });
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
