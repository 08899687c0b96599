//! Histograms for people.

use super::number::digits;
use super::text::{BOLD, DIM};
use crate::cli::Division;
use fubini::algorithms::Estimate;
use std::fmt::Write;

/// Bins that are listed; of more the first ones, and how to get all.
const MOST: usize = 60;
/// Characters of the longest bar.
const BAR: f64 = 40.0;

pub(super) fn write(out: &mut String, division: &Division) -> std::fmt::Result {
    let Division { name, edges, bins, outside } = division;
    writeln!(out, "\n{BOLD}{name}{BOLD:#}")?;
    let largest = bins.iter().map(|bin| bin.value.abs()).fold(0.0, f64::max);
    let rows: Vec<[String; 3]> =
        bins.iter().zip(edges.windows(2)).take(MOST).map(|(bin, ends)| row(bin, ends, largest)).collect();
    let width = |k: usize| rows.iter().map(|row| row[k].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1)];
    for [ends, value, bar] in &rows {
        writeln!(out, "  {ends:>0$}  {value:<1$}  {DIM}{bar}{DIM:#}", widths[0], widths[1])?;
    }
    if bins.len() > MOST {
        writeln!(out, "  … {} more bins: --json has all", bins.len() - MOST)?;
    }
    for (bin, place) in outside.iter().zip(["below", "above", "not a number"]).filter(|(bin, _)| bin.value != 0.0) {
        writeln!(out, "  {place}: {}", digits(bin.value, bin.error))?;
    }
    Ok(())
}

fn row(bin: &Estimate, ends: &[f64], largest: f64) -> [String; 3] {
    let share = if largest > 0.0 { bin.value.abs() / largest } else { 0.0 };
    let bar = "█".repeat((BAR * share).round() as usize);
    [format!("{:.4} … {:.4}", ends[0], ends[1]), digits(bin.value, bin.error), bar]
}
