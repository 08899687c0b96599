//! The catalogue of trial functions, for people and programs.

use anstyle::Style;
use fubini::atoms::catalogue::Entry;
use fubini::atoms::{Hamiltonian, Trial};
use serde_json::{Value, json};
use std::fmt::Write;

const BOLD: Style = Style::new().bold();

pub(super) fn text(entries: &[Entry], verbose: bool) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_header([
        "--function",
        "--charge",
        "energy",
        "of the state",
        "literature",
    ]);
    for entry in entries {
        let energy = format!("{:.10}", entry.energy);
        let exact = entry.exact.map_or(String::new(), |exact| format!("{exact:.10}"));
        table.add_row([entry.name, &charge(&entry.trial), &energy, &exact, entry.source]);
    }
    let mut out = format!("{table}\n\n");
    if verbose {
        for entry in entries {
            let parameters: Vec<String> =
                entry.trial.parameters.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            // Writing to a string cannot fail.
            _ = writeln!(out, "{BOLD}{}{BOLD:#}, Z = {}: {}", entry.name, charge(&entry.trial), parameters.join(", "));
        }
        out.push('\n');
    }
    let mut seen: Vec<&str> = Vec::new();
    for entry in entries {
        if !seen.contains(&entry.name) {
            seen.push(entry.name);
            let psi = shortened(&entry.trial.psi, verbose);
            let spin = entry.trial.spin.map_or(String::new(), |spin| format!("; {}", spin.word()));
            _ = writeln!(out, "{BOLD}{}{BOLD:#}  ψ = {psi}{}{spin}", entry.name, hamiltonian(&entry.trial));
        }
    }
    out + "\ns = r1 + r2, t = r2 − r1, u = r12; atomic units, infinitely heavy nucleus where no mass M is given\n"
}

/// The charge, or those of two nuclei; none where a potential takes its place.
fn charge(trial: &Trial) -> String {
    match (trial.hamiltonian.nuclei, &trial.hamiltonian.potential) {
        (Some(nuclei), _) => format!("{},{}", nuclei.charges[0], nuclei.charges[1]),
        (None, Some(_)) => "none".to_string(),
        (None, None) => trial.charge.to_string(),
    }
}

/// A formula that is no longer than a few lines, unless all of it is wanted.
fn shortened(psi: &str, verbose: bool) -> String {
    const MOST: usize = 500;
    match psi.get(..MOST) {
        Some(beginning) if !verbose => format!("{beginning}… (in full with --verbose)"),
        _ => psi.to_string(),
    }
}

/// What else than a nucleus at rest acts on the electrons, for people.
fn hamiltonian(trial: &Trial) -> String {
    let Hamiltonian { potential, repulsion, mass, radius, nuclei } = &trial.hamiltonian;
    let texts = [("V", potential), ("W", repulsion)]
        .into_iter()
        .filter_map(|(name, text)| Some(format!("; {name} = {}", text.as_ref()?)));
    let numbers = [("M", mass), ("radius", radius)].into_iter().filter_map(|(name, x)| Some(format!("; {name} = {}", (*x)?)));
    let nuclei = nuclei.map(|n| format!("; Z = {} and {}, R = {}", n.charges[0], n.charges[1], n.bond));
    texts.chain(numbers).chain(nuclei).collect()
}

pub(super) fn json(entries: &[Entry]) -> String {
    let entry = |entry: &Entry| {
        let has_charge = entry.trial.hamiltonian.nuclei.is_none() && entry.trial.hamiltonian.potential.is_none();
        let parameters: Value = entry.trial.parameters.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        json!({
            "function": entry.name,
            "charge": has_charge.then_some(entry.trial.charge),
            "psi": entry.trial.psi,
            "parameters": parameters,
            "energy": entry.energy,
            "uncertainty": entry.uncertainty,
            "exact": entry.exact,
            "electrons": entry.trial.electrons,
            "hamiltonian": {
                "potential": entry.trial.hamiltonian.potential,
                "repulsion": entry.trial.hamiltonian.repulsion,
                "mass": entry.trial.hamiltonian.mass,
                "radius": entry.trial.hamiltonian.radius,
                "charges": entry.trial.hamiltonian.nuclei.map(|nuclei| nuclei.charges),
                "bond": entry.trial.hamiltonian.nuclei.map(|nuclei| nuclei.bond),
            },
            "source": entry.source,
        })
    };
    let document = json!({"functions": entries.iter().map(entry).collect::<Vec<_>>()});
    serde_json::to_string_pretty(&document).expect("numbers and strings only") + "\n"
}
