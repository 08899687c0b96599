//! Time: of a whole run, and inside the integrand.
//!
//! The latter is taken of every batch where a batch is slow, and of every eighth where reading the clock would itself be a
//! part of the cost.

use crate::clock::Instant;
use std::sync::OnceLock;
use std::time::Duration;

/// Wall-clock time of a run, with what passed before it was resumed.
#[derive(Debug)]
pub(crate) struct Clock {
    start: Instant,
    earlier: OnceLock<f64>,
}

impl Clock {
    /// A clock of a run that begins now.
    pub(crate) fn start() -> Self {
        Clock { start: Instant::now(), earlier: OnceLock::new() }
    }

    /// Adds the seconds before the run was resumed, which happens once.
    pub(crate) fn resume(&self, seconds: f64) {
        // What a damaged state might hold is no time.
        _ = self.earlier.set(if seconds.is_finite() { seconds.max(0.0) } else { 0.0 });
    }

    /// Seconds of the whole run so far.
    pub(crate) fn seconds(&self) -> f64 {
        self.earlier.get().copied().unwrap_or(0.0) + self.start.elapsed().as_secs_f64()
    }
}

/// How long a piece of work takes.
pub(crate) fn nanoseconds(work: impl FnOnce()) -> u64 {
    let start = Instant::now();
    work();
    start.elapsed().as_nanos() as u64
}

/// Times calls; one per thread.
#[derive(Debug, Default)]
pub(crate) struct Stopwatch {
    /// Nanoseconds per point when last measured.
    last: f64,
    /// Nanoseconds per point of calls that are not measured.
    rate: f64,
    /// Calls until the next measurement.
    unmeasured: u32,
}

/// Points of a call of which nothing is known, so that a millisecond each is not much more than a caller may have to wait.
pub(crate) const FIRST: usize = 64;
/// From here on every call is measured.
const SLOW: Duration = Duration::from_micros(20);
/// Calls that go by the last measurements.
const SKIP: u32 = 7;
/// Factor within which two measurements in a row must agree before others go by them: the first call of a run, with cold
/// caches, may take ten times as long as those after it.
const AGREEMENT: f64 = 2.0;

impl Stopwatch {
    /// Points of a call that takes this long, by the last measurement.
    pub(crate) fn affords(&self, time: Duration) -> usize {
        match self.last {
            0.0 => FIRST,
            nanoseconds => ((time.as_nanos() as f64 / nanoseconds) as usize).max(1),
        }
    }

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
        let rate = elapsed.as_nanos() as f64 / points as f64;
        if elapsed < SLOW && rate.max(self.last) <= AGREEMENT * rate.min(self.last) {
            (self.rate, self.unmeasured) = (0.5 * (rate + self.last), SKIP);
        }
        self.last = rate;
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
        let mut quick = Stopwatch { rate: 2.0, unmeasured: 2, ..Stopwatch::default() };
        let mut calls = 0;
        assert_eq!(quick.time(500, || calls += 1), Duration::from_nanos(1000));
        assert_eq!(quick.time(50, || calls += 1), Duration::from_nanos(100));
        quick.time(1, || calls += 1);
        assert_eq!(calls, 3);
    }
    #[test]
    fn a_cold_call_says_nothing_of_the_others() {
        let mut watch = Stopwatch::default();
        let cold = SLOW / 2;
        let (start, mut claimed) = (Instant::now(), Duration::ZERO);
        claimed += watch.time(100, || while start.elapsed() < cold {});
        (0..SKIP).for_each(|_| claimed += watch.time(100, || ()));
        let elapsed = start.elapsed();
        assert!(claimed <= 2 * elapsed, "{claimed:?} of {elapsed:?}");
    }

    #[test]
    fn a_clock_goes_on_where_the_run_was_resumed() {
        let clock = Clock::start();
        clock.resume(100.0);
        assert!((100.0..101.0).contains(&clock.seconds()));
        for damaged in [f64::NAN, f64::INFINITY, -5.0] {
            let clock = Clock::start();
            clock.resume(damaged);
            assert!((0.0..1.0).contains(&clock.seconds()), "{damaged}");
        }
    }
}
