//! Where the time of a run went: a table by rank and thread, and folded stacks for flame graphs.
//!
//! A line of folded stacks is `rank 0;thread 1;points 1234`, with microseconds at its end: what `flamegraph.pl`, `inferno-flamegraph`
//! and speedscope read.

use fubini::algorithms::{Part, Profile};
use std::fmt::Write;
use std::time::Duration;

/// Times of the threads of a rank, by part.
pub(crate) type Threads = Vec<[Duration; 5]>;

/// The times of this rank as bytes for the first one.
pub(super) fn pack(profile: &Profile) -> Vec<u8> {
    profile.times().as_flattened().iter().flat_map(|time| (time.as_nanos() as u64).to_le_bytes()).collect()
}

/// The same, read back.
pub(super) fn unpack(bytes: &[u8]) -> Threads {
    let times: Vec<Duration> = bytes.as_chunks().0.iter().map(|time| Duration::from_nanos(u64::from_le_bytes(*time))).collect();
    times.as_chunks().0.to_vec()
}

/// A table for people, with the imbalance of the work.
pub(super) fn table(ranks: &[Threads]) -> String {
    let mut text = format!("{:>4} {:>6}", "rank", "thread");
    Part::ALL.iter().for_each(|part| _ = write!(text, " {:>10}", part.name()));
    text.push_str("  seconds\n");
    for (rank, threads) in ranks.iter().enumerate() {
        for (thread, times) in threads.iter().enumerate() {
            _ = write!(text, "{rank:>4} {thread:>6}");
            times.iter().for_each(|time| _ = write!(text, " {:>10.3}", time.as_secs_f64()));
            text.push('\n');
        }
    }
    let work = |times: &[Duration; 5]| (times[Part::Integrand as usize] + times[Part::Points as usize]).as_secs_f64();
    let works: Vec<f64> = ranks.iter().flatten().map(work).collect();
    let mean = works.iter().sum::<f64>() / works.len().max(1) as f64;
    let most = works.iter().copied().fold(0.0, f64::max);
    let imbalance = if mean > 0.0 { most / mean - 1.0 } else { 0.0 };
    _ = write!(text, "imbalance: the busiest thread has evaluated for {:.1} % longer than the mean", 100.0 * imbalance);
    text
}

/// Folded stacks.
pub(super) fn folded(ranks: &[Threads]) -> String {
    let mut text = String::new();
    for (rank, threads) in ranks.iter().enumerate() {
        for (thread, times) in threads.iter().enumerate() {
            for (part, time) in Part::ALL.iter().zip(times) {
                _ = writeln!(text, "rank {rank};thread {thread};{} {}", part.name(), time.as_micros());
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_stacks_name_every_part_of_every_thread() {
        let times = [4, 2, 1, 0, 3].map(Duration::from_millis);
        let idle = [2, 0, 0, 8, 0].map(Duration::from_millis);
        let ranks = vec![vec![times, idle], vec![times]];
        assert_eq!(unpack(&[]), Threads::new());
        assert!(
            table(&ranks).contains("   1      0      0.004      0.002      0.001      0.000      0.003"),
            "{}",
            table(&ranks)
        );
        assert!(table(&ranks).contains("for 28.6 % longer"), "{}", table(&ranks));
        assert_eq!(folded(&ranks).lines().count(), 15);
        assert!(folded(&ranks).starts_with("rank 0;thread 0;integrand 4000\n"));
    }
}
