"""Turns a table of results (run.py) into Markdown tables and pictures beside it.

    python3 report.py benches/results/DATE.csv

Seconds are CPU seconds for one thread, which a busy machine disturbs least, and wall-clock seconds for more. Errors are
relative: the largest of the integrals of a case.
"""

import csv
import math
import statistics
import sys
from collections import defaultdict
from pathlib import Path

NAMES = {"hcubature": "Cubature", "hcubature_v": "Cubature, vector", "pcubature_v": "Cubature, p-adaptive", "cuhre": "Cuhre",
         "cuhre-average": "Cuhre, default flags", "vegas": "Vegas", "vegas-sobol": "Vegas, Sobol'", "suave": "Suave",
         "divonne": "Divonne", "miser": "Miser", "nquad": "nquad", "cubature": "cubature"}
LIBRARIES = {"cuba": "Cuba ", "gsl": "GSL ", "vegas": "Python ", "scipy": "scipy ", "cubature": ""}
COORDINATES = {"box": "box [−30, 30]⁶", "spherical": "spherical, cut off", "mapped": "spherical", "perimetric": "perimetric",
               "triangle": "perimetric, orientation analytic"}
FAMILIES = ["oscillatory", "product peak", "corner peak", "Gaussian", "C0", "discontinuous"]
RULES = ["Cubature, vector", "Cubature, p-adaptive", "Cuba Cuhre", "fubini cuhre", "fubini genz-malik", "fubini product"]


class Run:
    """One run of one method: the rows of its integrals together."""

    def __init__(self, rows):
        self.rows = rows
        first = rows[0]
        self.group, self.problem, self.library, self.method = (first[k] for k in ("group", "problem", "library", "method"))
        self.status, self.threads, self.target, self.instance = (first[k] for k in ("status", "threads", "target", "instance"))
        self.done = first["evaluations"] != ""
        number = lambda key: float(first[key]) if first[key] else math.nan
        self.evaluations, self.rtol, self.memory = number("evaluations"), number("rtol"), number("peak_memory_MB")
        self.seconds = number("cpu_seconds" if self.threads == "1" and self.done else "seconds")
        self.bare = number("bare_integrand_seconds")
        integrals = [row for row in rows if row["quantity"] != "ratio"] if self.done else []
        relative = lambda key: max((float(r[key]) / abs(float(r["exact"])) for r in integrals), default=math.nan)
        self.stated, self.true = relative("stated_error"), relative("true_error")
        self.ratio = next((row for row in rows if row["quantity"] == "ratio"), None)
        # A result counts as wrong where it claims its tolerance and some integral is off by more than it states
        # (a rule), or by more than four standard deviations (Monte Carlo).
        random = self.method in ("vegas", "vegas-sobol", "qmc", "miser", "suave")
        factor = 4.0 if random else 1.0
        exceeded = [float(r["true_error"]) > factor * float(r["stated_error"]) + 1e-14 * abs(float(r["exact"])) for r in integrals]
        self.wrong = self.status == "converged" and any(exceeded)

    @property
    def label(self):
        if self.library == "fubini":
            return f"fubini {self.method}" + (", ratio" if self.target == "ratio" else "")
        return LIBRARIES[self.library] + NAMES[self.method]

    @property
    def verdict(self):
        if not self.done:
            return f"not in {self.seconds:.0f} s" if self.status == "timeout" else self.status
        if self.wrong:
            return "**wrong**"
        return {"converged": "holds", "budget": "tolerance not met", "failed": "failed",
                "suspect": "warns of itself"}[self.status]


def read(path):
    """The facts at the head of the table, and its runs."""
    lines = Path(path).read_text().splitlines()
    facts = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# "))
    runs = defaultdict(list)
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        keys = ("group", "problem", "instance", "library", "method", "target", "threads", "seed", "rtol", "evaluations", "status")
        runs[tuple(row[k] for k in keys)].append(row)
    return facts, [Run(rows) for rows in runs.values()]


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


def count(x):
    if x is None or not math.isfinite(x):
        return "—"
    return f"{x:.0f}" if x < 1e4 else f"{x / 1e3:.3g} k" if x < 1e6 else f"{x / 1e6:.3g} M"


def seconds(x):
    return f"{x * 1e6:.0f} µs" if x < 1e-3 else f"{x * 1e3:.3g} ms" if x < 1.0 else f"{x:.3g} s"


def error(x):
    return f"{x:.1e}" if math.isfinite(x) else "—"


def atoms(runs, group, threads):
    """Every method in every coordinate system, the fastest first; libraries of one component as the sum of two runs."""
    runs = [r for r in runs if r.group == group and (r.threads == "1") == (threads == 1)]
    whole = [r for r in runs if r.problem.endswith("_both")]
    rows = []
    for coordinates in ("box", "spherical", "mapped", "perimetric", "triangle"):
        here = [(r.seconds, r.rtol, cells(r, [r])) for r in whole if r.problem.split("_")[1] == coordinates]
        pairs = defaultdict(list)
        for r in runs:
            if r.problem.split("_")[1] == coordinates and not r.problem.endswith("_both"):
                pairs[r.library, r.method, r.rtol].append(r)
        for pair in pairs.values():
            if len(pair) == 2 and all(r.done for r in pair):
                here.append((sum(r.seconds for r in pair), pair[0].rtol, cells(pair[0], pair, ", two runs")))
            elif group == "helium":
                first = min(pair, key=lambda r: r.done)
                here.append((first.seconds * 2, first.rtol, cells(first, [first], ", two runs")))
            else:
                here.append((pair[0].seconds, pair[0].rtol, cells(pair[0], pair[:1], ", numerator alone")))
        for _, rtol, row in sorted(here, key=lambda entry: (-entry[1], entry[0])):
            rows.append([COORDINATES[coordinates].replace("⁶", "³" if group == "hydrogen" else "⁶"), f"{rtol:.0e}", *row])
    head = ["coordinates", "rtol", "method", "evaluations", "stated", "true", "CPU" if threads == 1 else "wall clock", "MB", ""]
    return table(head, rows)


def summary(runs):
    """Helium on one thread in a few lines: CPU seconds and evaluations by method and coordinates."""
    runs = [r for r in runs if r.group == "helium" and r.threads == "1" and r.target == "each"]
    labels = ["Cubature", "Cubature, vector", "Cubature, p-adaptive", "Cuba Cuhre", "Cuba Cuhre, default flags", "Cuba Divonne",
              "Cuba Suave", "Cuba Vegas", "Cuba Vegas, Sobol'", "GSL Vegas", "Python Vegas", "scipy cubature"]
    labels += ["fubini " + method for method in ("genz-malik", "cuhre", "vegas", "qmc")]
    rows = []
    for label in labels:
        row = [label + (" (two runs)" if label.startswith("GSL") else "")]
        for frames in (["box"], ["spherical", "mapped"], ["perimetric"], ["triangle"]):
            found = [[r for r in runs if r.label == label and r.problem.split("_")[1] == frame] for frame in frames]
            # Both integrals at once, or two runs for a library of one component.
            found = [[r for r in some if r.problem.endswith("_both")] or some for some in found]
            row.append(min((brief(some) for some in found if some), default=(0, "·"))[1])
        rows.append(row)
    return table(["method", "box [−30, 30]⁶", "spherical", "perimetric", "3 of 6 analytic"], rows)


def brief(runs):
    """(rank, text) of one method in one coordinate system: results that hold come before others, fast before slow."""
    if not all(r.done for r in runs):
        return 2e9, next(r for r in runs if not r.done).verdict
    time, worst = sum(r.seconds for r in runs), max(runs, key=lambda r: (r.wrong, r.status != "converged", r.true))
    text = f"{seconds(time)}, {count(sum(r.evaluations for r in runs))}"
    if worst.verdict == "holds":
        return time, text
    return 1e9 + time, f"{text}, {worst.verdict}" + (f" by {worst.true:.0e}" if worst.wrong else "")


def cells(first, runs, suffix=""):
    total = lambda values: sum(values)
    time = seconds(total(r.seconds for r in runs)) if first.done else "—"
    worst = max(runs, key=lambda r: r.true if r.done else 0.0)
    verdict = worst.verdict if worst.wrong or all(r.status == worst.status for r in runs) else "tolerance not met"
    memory = f"{max(r.memory for r in runs):.0f}" if first.done else "—"
    stated, true = error(max(r.stated for r in runs)), error(worst.true)
    if first.ratio:
        exact = abs(float(first.ratio["exact"]))
        stated = f"E: {float(first.ratio['stated_error']) / exact:.1e}"
        true = f"E: {float(first.ratio['true_error']) / exact:.1e}"
    return [first.label + suffix, count(total(r.evaluations for r in runs)), stated, true, time, memory, verdict]


def samplers(runs):
    """Monte Carlo at equal numbers of samples: means over the seeds, errors scaled to the samples asked for."""
    cells = defaultdict(list)
    for r in runs:
        if r.group == "vegas" and r.done:
            asked = 10.0 ** round(math.log10(r.evaluations))
            cells[r.problem, asked, r.label].append(r)
    rows = []
    for (problem, asked, label), members in cells.items():
        scale = [math.sqrt(r.evaluations / asked) for r in members]
        time = statistics.median(r.seconds / r.evaluations for r in members) * 1e9
        stated = statistics.mean(r.stated * s for r, s in zip(members, scale))
        true = math.sqrt(statistics.mean((r.true * s) ** 2 for r, s in zip(members, scale)))
        rows.append([problem, count(asked), label, len(members), f"{time:.0f}", error(stated), error(true)])
    return table(["integral", "samples", "method", "seeds", "ns/sample", "stated (mean)", "true (RMS)"], rows)


def engines(runs):
    """Nanoseconds per point: the whole run, the bare integrand, and the difference."""
    per_point = lambda r, x: x / r.evaluations * 1e9
    rows = [[r.label, r.rows[0]["interface"], count(r.evaluations), f"{per_point(r, r.seconds):.1f}",
             f"{per_point(r, r.bare):.1f}", f"{per_point(r, r.seconds - r.bare):.1f}"]
            for r in sorted((r for r in runs if r.group == "engine" and r.done), key=lambda r: r.seconds / r.evaluations)]
    return table(["method", "interface", "evaluations", "ns/point", "integrand", "engine"], rows)


def memory(runs):
    rows = [[r.label, r.rows[0]["interface"], count(r.evaluations), f"{r.memory:.0f}", seconds(r.seconds), r.verdict]
            for r in runs if r.group == "memory"]
    return table(["method", "interface", "evaluations", "peak MB", "CPU", ""], rows)


def ladders(runs):
    """(family, dim) -> method -> one ladder per instance: (evaluations, true relative error), in order of tolerance."""
    found = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for r in runs:
        if r.group == "genz" and r.label in RULES:
            _, family, dim = r.problem.split("_")
            key = next(row["exact"] for row in r.rows) if r.done else None
            if key:
                found[int(family), int(dim)][r.label][key].append((-r.rtol, r.evaluations, r.true))
    return {cell: {label: [[(n, e) for _, n, e in sorted(ladder)] for ladder in ladders.values()]
                   for label, ladders in methods.items()} for cell, methods in found.items()}


def evaluations_to(ladder, accuracy):
    """Fewest evaluations from which on the true error stays at or below `accuracy`; infinite if none."""
    needed = math.inf
    for n, e in reversed(ladder):
        if e > accuracy:
            break
        needed = n
    return needed


def genz(runs):
    """Median evaluations to a true relative error, over the instances of each cell."""
    rows, wins, cells = [], 0, 0
    for (family, dim), methods in sorted(ladders(runs).items(), key=lambda item: (item[0][1], item[0][0])):
        for accuracy in (1e-3, 1e-6):
            need = {label: statistics.median(evaluations_to(ladder, accuracy) for ladder in methods.get(label, [[]]))
                    for label in RULES}
            own = min(need["fubini cuhre"], need["fubini genz-malik"])
            peers = min(need["Cubature, vector"], need["Cuba Cuhre"])
            solved = min(own, peers) < math.inf
            verdict = "—" if not solved else "peers alone" if own == math.inf else "fubini alone" if peers == math.inf else ""
            verdict = verdict or f"{own / peers:.2f}"
            cells += solved
            wins += solved and own <= peers
            rows.append([dim, FAMILIES[family - 1], f"{accuracy:.0e}", *(count(need[label]) for label in RULES), verdict])
    head = ["d", "family", "true error", *RULES, "fubini's best / best of Cubature and Cuhre"]
    return table(head, rows) + f"\nfubini's better rule needs no more evaluations in {wins} of {cells} cells that anyone solved.\n"


def claims(runs):
    """How often a rule claimed its tolerance and was off by more than it stated, over all ladders."""
    rows = []
    for label in RULES:
        for family in range(1, 7):
            mine = [r for r in runs if r.group == "genz" and r.label == label and r.status == "converged"
                    and r.problem.startswith(f"genz_{family}_")]
            rows.append((label, sum(r.wrong for r in mine), len(mine)))
    lines = [[label, *(f"{wrong} / {total}" for name, wrong, total in rows if name == label)] for label in RULES]
    return table(["method", *FAMILIES], lines)


def others(runs):
    """The methods that were run on the first instance of each cell, at 1e-3."""
    rows = []
    for r in sorted((r for r in runs if r.group == "genz" and r.label not in RULES), key=lambda r: r.problem[::-1]):
        _, family, dim = r.problem.split("_")
        time = seconds(r.seconds) if r.done else "—"
        rows.append([dim, FAMILIES[int(family) - 1], r.label, count(r.evaluations), error(r.stated), error(r.true), time, r.verdict])
    return table(["d", "family", "method", "evaluations", "stated", "true", "CPU", ""], sorted(rows, key=lambda row: row[:2]))


def main():
    path = Path(sys.argv[1])
    facts, runs = read(path)
    versions = {r.rows[0]["library"]: r.rows[0]["version"] for r in runs if r.done}
    parts = [f"# Comparison of {facts['date']}\n", "\n".join(f"- {name}: {fact}" for name, fact in facts.items()),
             f"- versions: {', '.join(f'{name} {version}' for name, version in sorted(versions.items()))}\n",
             "`README.md` in `benches/compare` says how this was measured. Errors are relative; *stated* is a bound for rules, one",
             "standard deviation for Monte Carlo. **wrong**: the tolerance is claimed and the true error exceeds the stated one "
             "(for Monte Carlo, four times).\n",
             "## Helium to 1e-4 of each integral: CPU time and evaluations, one thread\n", summary(runs),
             "## Helium, six dimensions, both integrals, one thread\n", atoms(runs, "helium", 1),
             "## Helium, all threads\n", atoms(runs, "helium", 0), "## Hydrogen, three dimensions\n", atoms(runs, "hydrogen", 1),
             "## VEGAS and its kin at equal samples\n", samplers(runs),
             "## Engines: a trivial integrand in six dimensions\n", engines(runs),
             "## Memory: helium in the box until the budget is spent\n", memory(runs),
             "## Genz families: median evaluations to a true error\n", genz(runs),
             "## Genz families: claims of convergence that were wrong / all claims\n", claims(runs),
             "## Genz families: other methods at 1e-3\n", others(runs)]
    path.with_suffix(".md").write_text("\n".join(parts))
    print(path.with_suffix(".md"))
    try:
        import plots
    except ImportError as missing:
        print(f"no pictures: {missing}", file=sys.stderr)
    else:
        plots.draw(runs, path)


if __name__ == "__main__":
    main()
