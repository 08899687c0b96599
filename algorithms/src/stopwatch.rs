//! Time inside the integrand, taken of every batch where a batch is slow, and of every eighth where reading the clock
//! would itself be a part of the cost.

use std::time::{Duration, Instant};

/// Times calls; one per thread.
#[derive(Debug, Default)]
pub(crate) struct Stopwatch {
    /// Nanoseconds per point when last measured.
    rate: f64,
    /// Calls until the next measurement.
    unmeasured: u32,
}

/// From here on every call is measured.
const SLOW: Duration = Duration::from_micros(20);
/// Calls that go by the last measurement.
const SKIP: u32 = 7;

impl Stopwatch {
    /// Makes a call that evaluates so many points, and says how long it took.
    pub(crate) fn time(&mut self, points: usize, call: impl FnOnce()) -> Duration {
        if self.unmeasured > 0 {
            self.unmeasured -= 1;
            call();
            return Duration::from_nanos((self.rate * points as f64) as u64);
        }
        let start = Instant::now();
        call();
        let elapsed = start.elapsed();
        if elapsed < SLOW {
            (self.rate, self.unmeasured) = (elapsed.as_nanos() as f64 / points as f64, SKIP);
        }
        elapsed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slow_call_is_measured_and_quick_ones_by_their_points() {
        let mut watch = Stopwatch::default();
        for _ in 0..3 {
            assert!(watch.time(1, || std::thread::sleep(SLOW)) >= SLOW);
        }
        let mut quick = Stopwatch { rate: 2.0, unmeasured: 2 };
        let mut calls = 0;
        assert_eq!(quick.time(500, || calls += 1), Duration::from_nanos(1000));
        assert_eq!(quick.time(50, || calls += 1), Duration::from_nanos(100));
        quick.time(1, || calls += 1);
        assert_eq!(calls, 3);
    }
}
