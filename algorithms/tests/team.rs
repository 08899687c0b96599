//! Ranks that share a run: their number changes no bit, an interrupt on one ends all at the same step, and a run that was saved goes
//! on with any number of them. Here ranks are threads; what carries their messages is written against the public trait alone.

mod methods;

use fubini_algorithms::{Domain, Integrand, Integrator, Options, Part, Profile, Progress, Report, Stop, Team, Transport, vector};
use methods::all;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Rounds of messages, and how many ranks have taken them.
type Rounds = HashMap<u64, (Vec<Option<Vec<u8>>>, usize)>;

/// What the ranks of a team share.
#[derive(Default)]
struct Table {
    rounds: Mutex<Rounds>,
    change: Condvar,
}

/// A rank at the table.
struct Seat {
    table: Arc<Table>,
    rank: usize,
    ranks: usize,
    sent: AtomicU64,
    received: AtomicU64,
}

impl Transport for Seat {
    fn rank(&self) -> usize {
        self.rank
    }

    fn ranks(&self) -> usize {
        self.ranks
    }

    fn send(&self, message: Vec<u8>) {
        let round = self.sent.fetch_add(1, Ordering::Relaxed);
        let mut rounds = self.table.rounds.lock().unwrap();
        let (messages, _) = rounds.entry(round).or_insert_with(|| (vec![None; self.ranks], 0));
        messages[self.rank] = Some(message);
        self.table.change.notify_all();
    }

    fn receive(&self, wait: bool) -> Option<Vec<Vec<u8>>> {
        let round = self.received.load(Ordering::Relaxed);
        let mut rounds = self.table.rounds.lock().unwrap();
        loop {
            let (messages, taken) = rounds.get_mut(&round).expect("a round that was begun");
            if messages.iter().all(Option::is_some) {
                let all = messages.iter().flatten().cloned().collect();
                *taken += 1;
                if *taken == self.ranks {
                    rounds.remove(&round);
                }
                self.received.fetch_add(1, Ordering::Relaxed);
                return Some(all);
            }
            if !wait {
                return None;
            }
            rounds = self.table.change.wait(rounds).unwrap();
        }
    }
}

/// Lets `run` run on so many ranks; what each came to.
fn on<R: Send>(ranks: usize, run: impl Fn(Team) -> R + Sync) -> Vec<R> {
    let table = Arc::new(Table::default());
    let seat = |rank| {
        let (sent, received) = (AtomicU64::new(0), AtomicU64::new(0));
        Team::new(Seat { table: Arc::clone(&table), rank, ranks, sent, received })
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..ranks).map(seat).map(|team| scope.spawn(|| run(team))).collect();
        running.into_iter().map(|rank| rank.join().unwrap()).collect()
    })
}

/// Two components with a kink, so that no method is done at once.
fn components(x: &[f64], y: &mut [f64]) {
    y[0] = (-3.0 * (x[0] - 0.3).abs() - x[1] * x[2]).exp();
    y[1] = 1.0 / (0.1 + (x[0] - 0.6).powi(2) + x[1] * x[1]);
}

fn integrand() -> impl Integrand {
    vector(3, 2, components)
}

fn bits(report: &Report) -> String {
    let estimates = report.integrals.iter().chain(&report.ratios).flat_map(|e| [e.value, e.error]);
    let numbers: Vec<u64> = estimates.chain(report.covariance.iter().flatten().copied()).map(f64::to_bits).collect();
    let Report { evaluations, stop, non_finite, suspect, detail, choice, .. } = report;
    let choice = choice.as_ref().map(|choice| choice.method);
    format!("{numbers:x?} {evaluations} {stop:?} {non_finite} {suspect:?} {detail:?} {choice:?}")
}

fn requests(method: &dyn Integrator) -> Vec<Options> {
    let plain = Options::default().max_evals(150_000);
    let ratio = plain.clone().rtol(1e-5).ratio(1, 0);
    if method.name() == "vmc" { vec![ratio] } else { vec![plain.clone().rtol(1e-4), ratio, plain.rtol(0.0)] }
}

#[test]
fn ranks_do_not_change_a_bit() {
    for method in all() {
        for options in requests(&*method) {
            let run = |options: &Options| bits(&method.integrate(&integrand(), &Domain::unit(3), options).unwrap());
            let alone = run(&options);
            for (ranks, threads) in [(1, 1), (2, 1), (3, 2), (5, 1)] {
                let all = on(ranks, |team| run(&options.clone().team(team).threads(threads)));
                assert!(all.iter().all(|one| *one == alone), "{} on {ranks} ranks:\n{alone}\n{all:#?}", method.name());
            }
        }
    }
}

#[test]
fn every_point_is_evaluated_by_one_rank() {
    for method in all() {
        let options = requests(&*method).pop().unwrap();
        let (count, shares) = (AtomicU64::new(0), Mutex::new(Vec::new()));
        let reports = on(3, |team| {
            let own = AtomicU64::new(0);
            let counted = vector(3, 2, |x, y| {
                own.fetch_add(1, Ordering::Relaxed);
                components(x, y);
            });
            let report = method.integrate(&counted, &Domain::unit(3), &options.clone().team(team)).unwrap();
            count.fetch_add(own.load(Ordering::Relaxed), Ordering::Relaxed);
            shares.lock().unwrap().push(own.load(Ordering::Relaxed));
            report
        });
        // A few that all look at: units, and what tells a saved state from others.
        let (all, reported) = (count.into_inner(), reports[0].evaluations);
        assert!(all >= reported && all < reported + reported / 20 + 1_000, "{}: {all} for {reported}", method.name());
        let shares = shares.into_inner().unwrap();
        // What is chosen takes turns, and comes in batches of a single piece.
        assert!(method.name() == "auto" || shares.iter().all(|own| own * 6 > all), "{}: {shares:?}", method.name());
    }
}

#[test]
fn an_interrupt_on_one_rank_ends_all_and_any_number_goes_on_to_the_same_bits() {
    for method in all() {
        let options = requests(&*method).pop().unwrap();
        let whole = bits(&method.integrate(&integrand(), &Domain::unit(3), &options).unwrap());
        let mut cancelled = 0;
        for (k, ranks) in [2, 3, 5, 2, 3, 5].into_iter().enumerate() {
            // Raised while points are evaluated, after more and more of them.
            let after = 200 + 3_000 * k as u64;
            let ended = on(ranks, |team| {
                let asked = Arc::new(AtomicU64::new(0));
                let seen = Arc::clone(&asked);
                let raised = team.rank() == ranks - 1;
                let counted = vector(3, 2, |x, y| {
                    asked.fetch_add(1, Ordering::Relaxed);
                    components(x, y);
                });
                let options = options.clone().team(team).interrupt(move || raised && seen.load(Ordering::Relaxed) > after);
                let mut state = Vec::new();
                let mut watch = |progress: Progress<'_>| {
                    state = progress.snapshot.to_bytes();
                    ControlFlow::Continue(())
                };
                let report = method.integrate_watched(&counted, &Domain::unit(3), &options, &mut watch).unwrap();
                (bits(&report), report.stop, state)
            });
            let (first, stop, state) = &ended[0];
            assert!(ended.iter().all(|(one, ..)| one == first), "{} on {ranks} ranks: {ended:?}", method.name());
            if *stop != Stop::Cancelled || state.is_empty() {
                continue;
            }
            cancelled += 1;
            let resumed = |team: Team| {
                let options = options.clone().team(team).resume(state.clone());
                bits(&method.integrate(&integrand(), &Domain::unit(3), &options).unwrap())
            };
            let rest = on(6 - ranks, resumed);
            assert!(rest.iter().all(|one| *one == whole), "{}: {ranks} ranks, then {}", method.name(), 6 - ranks);
        }
        assert!(cancelled >= 2, "{}: {cancelled} of 6 runs were cancelled with a state", method.name());
    }
}

#[test]
fn ranks_that_make_different_requests_are_told_so() {
    // Of different size, so that their first waves differ.
    let run = |team: Team| {
        let method = fubini_algorithms::Qmc::default().points(if team.rank() == 0 { 1 << 16 } else { 1 << 14 });
        let options = Options::default().rtol(1e-9).max_evals(1 << 22).team(team);
        catch_unwind(AssertUnwindSafe(|| _ = method.integrate(&integrand(), &Domain::unit(3), &options)))
    };
    for failed in on(2, run) {
        let message = failed.unwrap_err();
        let message = message.downcast_ref::<String>().unwrap();
        assert!(message.contains("makes another run than rank"), "{message}");
    }
}

#[test]
fn a_profile_changes_no_bit_and_its_parts_add_up() {
    for method in all() {
        let options = requests(&*method).pop().unwrap();
        let alone = bits(&method.integrate(&integrand(), &Domain::unit(3), &options).unwrap());
        let profiled = on(2, |team| {
            let profile = Profile::start();
            let options = options.clone().team(team).threads(2).profile(profile.clone());
            let report = method.integrate(&integrand(), &Domain::unit(3), &options).unwrap();
            (bits(&report), profile.times())
        });
        for (bits, times) in profiled {
            assert_eq!(bits, alone, "{}", method.name());
            let total = |thread: &[Duration; 5]| thread.iter().sum::<Duration>();
            let main = times[0];
            assert!(main[Part::Integrand as usize] > Duration::ZERO && main[Part::Messages as usize] > Duration::ZERO);
            assert!(times.iter().all(|thread| total(thread) >= total(&main)), "{}: {times:?}", method.name());
        }
    }
}
