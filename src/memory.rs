//! How much memory a run may take where nobody says so.

use fubini_algorithms::clock::Instant;
use std::cell::Cell;
use std::fs::read_to_string;
use std::time::Duration;

/// Part of the memory that is free: the rest is left to others, and to what is not counted.
const SHARE: f64 = 0.5;

/// Time for which an answer holds: reading it takes longer than a small integral.
const FRESH: Duration = Duration::from_millis(100);

thread_local! {
    static LAST: Cell<Option<(Instant, u64)>> = const { Cell::new(None) };
}

/// Bytes that a run should take at most: one half of what is free now, or was a tenth of a second ago, as far as the system tells;
/// without a limit where it does not.
pub fn share() -> u64 {
    match LAST.get() {
        Some((time, share)) if time.elapsed() < FRESH => share,
        _ => {
            let share = read();
            LAST.set(Some((Instant::now(), share)));
            share
        }
    }
}

fn read() -> u64 {
    let free = [machine(), group()].into_iter().flatten().min();
    free.map_or(u64::MAX, |free| (SHARE * free as f64) as u64)
}

/// What Linux could give without swapping.
fn machine() -> Option<u64> {
    available(&read_to_string("/proc/meminfo").ok()?)
}

fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(1024 * line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?)
}

/// What the control group of a container has left.
fn group() -> Option<u64> {
    let number = |name| read_to_string(format!("/sys/fs/cgroup/memory.{name}")).ok()?.trim().parse::<u64>().ok();
    Some(number("max")?.saturating_sub(number("current")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_available_is_read_in_bytes() {
        assert_eq!(available("MemTotal: 9 kB\nMemAvailable:   12345 kB\nBuffers: 1 kB\n"), Some(12345 * 1024));
        assert_eq!(available("MemTotal: 9 kB\n"), None);
        assert!(share() > 0);
    }
}
