"""Runs the comparison and writes a dated table of results: `make compare`, or `make compare-quick`.

    python3 run.py [--quick] [--no-install] [--only GROUP,...] [--library NAME] [--output FILE.csv]

Needs Python's standard library only. Every case is a process of its own, with a limit on its time; what a library could not
do in it is in the table too, as `timeout`.
"""

import argparse
import csv
import datetime
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from cases import cases
from install import HERE, Peers

COLUMNS = ["group", "problem", "instance", "library", "version", "method", "interface", "target", "threads", "seed", "rtol",
           "quantity", "evaluations", "value", "exact", "stated_error", "true_error", "seconds", "cpu_seconds",
           "bare_integrand_seconds", "peak_memory_MB", "status"]
# Wall-clock seconds per second of a case's limit, after which it is given up in any case.
PATIENCE = 3


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--quick", action="store_true", help="fewer and shorter cases: a few minutes")
    arguments.add_argument("--no-install", action="store_true", help="use what is there")
    arguments.add_argument("--only", help="some groups of cases: hydrogen,helium,engine,vegas,memory,genz")
    arguments.add_argument("--library", help="one library's cases: cubature, cuba, gsl, vegas, scipy, fubini")
    arguments.add_argument("--output", help="where to write the table; default benches/results/DATE.csv")
    given = arguments.parse_args()
    peers = Peers(install=not given.no_install)
    for name, reason in peers.missing.items():
        print(f"not compared: {name}: {reason}", file=sys.stderr)
    date = datetime.datetime.now(datetime.timezone.utc).date()
    path = Path(given.output or HERE.parent / "results" / f"{date}{'-quick' if given.quick else ''}.csv")
    start, wrong = time.monotonic(), []
    with open(path, "w", newline="") as file:
        facts = {"date": str(date), **peers.machine(), **{f"not compared: {k}": v for k, v in peers.missing.items()}}
        for name, fact in facts.items():
            file.write(f"# {name}: {fact}\n")
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        for number, case in enumerate(cases(given.quick, os.cpu_count(), peers.commands["fubini"])):
            asked = case.group in (given.only or case.group).split(",") and given.library in (None, case.library)
            if case.library not in peers.commands or not asked:
                continue
            rows = list(run(case, peers.commands[case.library], number))
            table.writerows(rows)
            file.flush()
            wrong += [row for row in rows if not holds(case, row)]
            show(rows[-1], time.monotonic() - start)
    for row in wrong:
        print("does not hold:", ", ".join(f"{key} {row[key]}" for key in COLUMNS if row[key] != ""), file=sys.stderr)
    print(path)
    if getattr(peers, "plots", None) and not (given.only or given.library):
        subprocess.run([*peers.plots, str(path)], check=True)
    return 1 if wrong else 0


def run(case, command, number):
    """The rows of a case, one per tolerance, seed and integral."""
    output, status = limited([*command, *case.arguments()], case.limit * case.threads)
    same = {"group": case.group, "problem": case.problem, "instance": number if case.parameters else "",
            "library": case.library, "method": case.method, "target": case.target, "threads": case.threads}
    answers = [json.loads(finite(line)) for line in output.splitlines() if line.endswith("}")]
    for answer in fastest(answers):
        names = ["numerator", "denominator"] if len(answer["values"]) == 2 else [single(case.problem)]
        for name, value, error, exact in zip(names, answer["values"], answer["errors"], case.exact):
            yield row(same, answer, name, value, error, exact)
        if answer.get("ratio"):
            yield row(same, answer, "ratio", *answer["ratio"], case.exact[0] / case.exact[1])
    if status:
        done = {(answer["rtol"], answer["seed"]) for answer in answers}
        rtol = next((r for r in case.rtol for s in case.seeds if (r, s) not in done), case.rtol[-1])
        yield {key: "" for key in COLUMNS} | same | {"rtol": f"{rtol:.3g}", "seconds": case.limit, "status": status}


def limited(command, limit):
    """What a process printed, and None, `failed` or `timeout`.

    The limit is one of CPU seconds, so that what is achieved does not depend on what else the machine does. It is watched
    from here: with a limit of its own a process has clocks that are updated at ticks only.
    """
    process, start = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True), time.monotonic()
    while True:
        try:
            output, errors = process.communicate(timeout=0.5)
            break
        except subprocess.TimeoutExpired:
            if cpu_seconds(process.pid) > limit or time.monotonic() - start > PATIENCE * limit:
                process.kill()
                return process.communicate()[0], "timeout"
    if process.returncode:
        print(errors.strip().splitlines()[-1:], file=sys.stderr)
    return output, "failed" if process.returncode else None


def cpu_seconds(process):
    """Of a running process, without children that still run."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def finite(line):
    """C's spelling of numbers that are none to that of Python's json."""
    return re.sub(r"-?\binf\b", "Infinity", re.sub(r"-?\bnan\b", "NaN", line))


def single(problem):
    return problem.split("_")[-1] if problem.endswith("ator") else "integral"


def fastest(answers):
    """The fastest of the runs with the same tolerance and seed."""
    best = {}
    for answer in answers:
        key = answer["rtol"], answer["seed"]
        if key not in best or answer["cpu_seconds"] < best[key]["cpu_seconds"]:
            best[key] = answer
    return best.values()


def row(same, answer, quantity, value, error, exact):
    kept = {key: answer[key] for key in ("version", "interface", "seed", "evaluations", "status")}
    return same | kept | {
        "rtol": f"{answer['rtol']:.3g}", "quantity": quantity, "value": f"{value:.12g}", "exact": f"{exact:.12g}",
        "stated_error": f"{error:.3g}", "true_error": f"{abs(value - exact):.3g}",
        "seconds": f"{answer['seconds']:.4g}", "cpu_seconds": f"{answer['cpu_seconds']:.4g}",
        "bare_integrand_seconds": f"{answer['bare_ns'] * 1e-9 * answer['evaluations']:.3g}",
        "peak_memory_MB": f"{answer['peak_memory']:.4g}",
    }


def holds(case, row):
    """A benchmark is a test as well: our stated errors must hold, and every library must integrate the same function."""
    if row["status"] != "converged" or not row["evaluations"]:
        return row["library"] != "fubini" or row["status"] not in ("failed", "timeout")
    value, exact, stated, true = (float(row[key]) for key in ("value", "exact", "stated_error", "true_error"))
    if case.problem.startswith("hydrogen_spherical") and true > 0.01 * abs(exact):
        return False
    if case.library != "fubini":
        return True
    # One standard deviation; jumps that no node has seen are known and counted (see the README on coverage).
    factor = 5.0 if case.method in ("vegas", "qmc") else 100.0 if case.group == "genz" else 1.0
    return true <= factor * max(stated, 1e-14 * abs(value))


def show(row, elapsed):
    words = [f"{elapsed:6.0f} s", row["problem"], row["library"], row["method"], f"rtol {row['rtol']}"]
    words += [f"{row['evaluations'] or '-'} evaluations", f"true {row['true_error'] or '-'}", f"{row['seconds']} s", row["status"]]
    print("  ".join(map(str, words)), flush=True)


if __name__ == "__main__":
    sys.exit(main())
