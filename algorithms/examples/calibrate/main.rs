//! Measures how often a stated error is smaller than the true one, and how often nothing warned of it, on random
//! integrals with known values.
//!
//! ```text
//! cargo run --release -p fubini-algorithms --example calibrate -- --method genz-malik,cuhre9 --dim 3,5 --rtol 1e-3
//! cargo run --release -p fubini-algorithms --example calibrate -- --family oblique --method cuhre,vegas --dim 2,4 --count 100
//! cargo run --release -p fubini-algorithms --example calibrate -- --race --count 300 --max-evals 3e6 --singles others.csv
//! ```

mod arguments;
mod cells;
mod draw;
mod exact;
mod families;
mod kinds;
mod matrix;
mod plot;
mod race;
mod ratio;
mod reduce;
mod subject;
mod suites;

use arguments::Arguments;
use cells::{Cell, Summary, wilson};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;
use subject::Subject;

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(if message == arguments::USAGE { 0 } else { 2 });
        }
    };
    match if arguments.race { race::measure(&arguments) } else { measure(&arguments) } {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs every cell and prints it as soon as it is done.
fn measure(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(arguments.jobs).build()?;
    let mut csv = arguments.csv.as_ref().map(File::create).transpose()?.map(BufWriter::new);
    if let Some(csv) = &mut csv {
        writeln!(csv, "{CSV_HEAD}")?;
    }
    let mut rows = Vec::new();
    println!("{HEAD}");
    for name in &arguments.methods {
        let integrator = arguments::method(name)?;
        for (dim, rtol) in pairs(&arguments.dims, &arguments.rtols) {
            for (difficulty, seed) in pairs(&arguments.difficulties, &arguments.seeds) {
                let cell = Cell { method: name, integrator: &*integrator, dim, difficulty, rtol, seed };
                if arguments.ratio {
                    let outcomes = pool.install(|| ratio::run(&cell, arguments))?;
                    let summary = Summary::of(&outcomes);
                    show(&cell, (0, "ratios"), &summary, arguments, csv.as_mut())?;
                    rows.push(row(&cell, "ratios", &summary));
                    continue;
                }
                let mut all = Vec::new();
                let subjects: Vec<Subject> = arguments.subjects.iter().copied().filter(|s| s.has(dim)).collect();
                for subject in &subjects {
                    let outcomes = pool.install(|| cells::run(&cell, *subject, arguments))?;
                    let summary = Summary::of(&outcomes);
                    show(&cell, (subject.number(), subject.name()), &summary, arguments, csv.as_mut())?;
                    rows.push(row(&cell, subject.name(), &summary));
                    all.extend(outcomes);
                }
                if subjects.len() > 1 {
                    show(&cell, (0, "all"), &Summary::of(&all), arguments, None::<&mut File>)?;
                }
            }
        }
    }
    println!("{LEGEND}");
    if let Some(path) = &arguments.plot {
        plot::draw(path, &rows)?;
    }
    Ok(())
}

/// A cell for the picture.
fn row(cell: &Cell<'_>, family: &str, s: &Summary) -> plot::Row {
    let Cell { method, dim, rtol, difficulty, .. } = cell;
    let [low, high] = wilson(s.exceeding, s.count);
    plot::Row {
        label: format!("{method}, {family}, {dim}-D, {rtol:.0e}, ×{difficulty}"),
        share: [s.percent(s.exceeding), 100.0 * low, 100.0 * high],
        is_sigma: cell.is_sigma(),
    }
}

/// Head of the printed table; [`LEGEND`] explains it.
const HEAD: &str = "method     d rtol   x    seed family           exceeds % [95 % interval]  false %  wrong % unconv. %  mean evals    \
                    true/stated: median, worst  silent % [95 % interval]   right % honest % suspect %";
/// What the columns mean.
const LEGEND: &str = "
exceeds: true error above the stated one; false: the same, and convergence claimed; wrong: convergence claimed and
the tolerance missed; unconv.: did not converge. A one-sigma error exceeds in 31.7 % of all cases if it is right.
silent: convergence claimed, no suspicion, and the true error above the stated one (vegas, qmc: above four of them);
right: the same claim, and it holds; honest: not converged or suspect. These three add up to 100 %.
The rows \"all\" add up the families above.";
/// Head of the CSV file.
const CSV_HEAD: &str = "method,level,dim,rtol,difficulty,seed,family,name,count,exceeding,exceeding_low,exceeding_high,false,wrong,\
                        unconverged,mean_evaluations,max_evals,median_true_over_stated,worst_true_over_stated,silent,silent_low,\
                        silent_high,right,honest,suspect";

/// Prints a cell and writes it to the file.
fn show(
    cell: &Cell<'_>,
    family: (usize, &str),
    s: &Summary,
    arguments: &Arguments,
    csv: Option<&mut impl Write>,
) -> io::Result<()> {
    let Cell { method, dim, difficulty, rtol, seed, .. } = cell;
    let (number, name) = family;
    let [low, high] = wilson(s.exceeding, s.count);
    let [silent_low, silent_high] = wilson(s.silent, s.count);
    writeln!(
        io::stdout().lock(),
        "{method:10} {dim} {rtol:<6.0e} {difficulty:<4} {seed:<4} {number:<2} {name:14} {:8.2} [{:6.2}, {:6.2}] {:9.2} {:8.2} {:9.2} {:11.0} {:16.1e} {:10.1e} {:9.2} [{:6.2}, {:6.2}] {:8.1} {:8.1} {:9.1}",
        s.percent(s.exceeding),
        100.0 * low,
        100.0 * high,
        s.percent(s.falsely),
        s.percent(s.wrong),
        s.percent(s.unconverged),
        s.mean_evaluations,
        s.median_ratio,
        s.worst_ratio,
        s.percent(s.silent),
        100.0 * silent_low,
        100.0 * silent_high,
        s.percent(s.right),
        s.percent(s.honest()),
        s.percent(s.suspect),
    )?;
    if let Some(csv) = csv {
        let level = format!("{:?}", arguments.level).to_lowercase();
        writeln!(
            csv,
            "{method},{level},{dim},{rtol:e},{difficulty},{seed},{number},{name},{},{},{low},{high},{},{},{},{},{},{:e},{:e},{},{silent_low},{silent_high},{},{},{}",
            s.count,
            s.exceeding,
            s.falsely,
            s.wrong,
            s.unconverged,
            s.mean_evaluations,
            arguments.max_evals,
            s.median_ratio,
            s.worst_ratio,
            s.silent,
            s.right,
            s.honest(),
            s.suspect,
        )?;
        // A run that is stopped leaves the cells that it has done.
        csv.flush()?;
    }
    Ok(())
}

/// All combinations.
fn pairs<A: Copy, B: Copy>(a: &[A], b: &[B]) -> Vec<(A, B)> {
    a.iter().flat_map(|a| b.iter().map(move |b| (*a, *b))).collect()
}
