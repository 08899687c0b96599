"""Work-precision diagrams of a table of results, as SVG."""

import math
import statistics

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "fubini", "font.size": 9, "axes.grid": True,
                            "grid.alpha": 0.3, "font.family": "sans-serif"})

import matplotlib.pyplot as plt  # noqa: E402: after the choice of a backend

from report import COORDINATES, FAMILIES, RULES, ladders  # noqa: E402

STYLES = {"Cubature, vector": ("tab:orange", "s"), "Cubature, p-adaptive": ("tab:brown", "d"), "Cuba Cuhre": ("tab:green", "^"),
          "fubini cuhre": ("tab:blue", "o"), "fubini genz-malik": ("tab:cyan", "o")}
MARKS = {"box": "s", "spherical": "^", "mapped": "v", "perimetric": "o", "triangle": "*"}
LIBRARIES = {"fubini": "tab:blue", "cubature": "tab:orange", "cuba": "tab:green", "gsl": "tab:red", "vegas": "tab:purple",
             "scipy": "tab:brown"}
# Half of the instances must have reached a rung for it to be drawn.
LEAST_SHARE = 0.5


def draw(runs, path):
    """Writes FILE-genz.svg and FILE-helium.svg beside the table FILE.csv."""
    for name, figure in (("genz", genz(runs)), ("helium", helium(runs))):
        target = path.with_name(f"{path.stem}-{name}.svg")
        figure.savefig(target, bbox_inches="tight", metadata={"Date": None})
        print(target)


def genz(runs):
    """Median true error against median evaluations, a panel for each family and dimension."""
    cells = ladders(runs)
    dims = sorted({dim for _, dim in cells}) or [3]
    figure, axes = plt.subplots(len(dims), 6, figsize=(15, 2.6 * len(dims)), squeeze=False, sharey=True)
    for row, dim in zip(axes, dims):
        for family, panel in enumerate(row, 1):
            for label, (colour, mark) in STYLES.items():
                points = medians(cells.get((family, dim), {}).get(label, []))
                if points:
                    panel.plot(*zip(*points), color=colour, marker=mark, markersize=3, linewidth=1, label=label)
            panel.set(xscale="log", yscale="log", ylim=(1e-14, 3))
            panel.minorticks_off()
            panel.set_title(f"{FAMILIES[family - 1]}, d = {dim}", fontsize=9)
        row[0].set_ylabel("true relative error")
    for panel in axes[-1]:
        panel.set_xlabel("evaluations")
    handles = [plt.Line2D([], [], color=c, marker=m, markersize=4, label=label) for label, (c, m) in STYLES.items()]
    figure.legend(handles=handles, loc="upper center", ncols=len(RULES), bbox_to_anchor=(0.5, 0.0))
    figure.tight_layout()
    return figure


def medians(ladders):
    """(evaluations, error) at each rung that at least half of the instances reached."""
    longest = max(map(len, ladders), default=0)
    rungs = [[ladder[k] for ladder in ladders if len(ladder) > k] for k in range(longest)]
    rungs = [rung for rung in rungs if len(rung) >= LEAST_SHARE * len(ladders)]
    return [(statistics.median(n for n, _ in rung), max(statistics.median(e for _, e in rung), 1e-16)) for rung in rungs]


def helium(runs):
    """True error against seconds on one thread: one mark for every library, method and coordinate system."""
    figure, panel = plt.subplots(figsize=(8, 4.6))
    for r in runs:
        if r.group != "helium" or r.threads != "1" or not r.done or not r.problem.endswith("_both"):
            continue
        own = r.ratio and float(r.ratio["true_error"]) / abs(float(r.ratio["exact"]))
        true = own or r.true
        if not math.isfinite(true):
            continue
        mark = MARKS[r.problem.split("_")[1]]
        face = LIBRARIES[r.library] if not r.wrong else "none"
        panel.plot(r.seconds, max(true, 1e-9), mark, color=LIBRARIES[r.library], markerfacecolor=face, markersize=6)
    panel.axhline(1e-4, color="grey", linewidth=1, linestyle="--")
    panel.set(xscale="log", yscale="log", xlabel="CPU seconds", ylabel="true relative error",
              title="Helium, both integrals asked to 1e-4, one thread (hollow: claimed and wrong)")
    marks = [plt.Line2D([], [], linestyle="", marker=m, color="grey", label=COORDINATES[c]) for c, m in MARKS.items()]
    colours = [plt.Line2D([], [], linestyle="", marker="o", color=c, label=name) for name, c in LIBRARIES.items()]
    panel.legend(handles=marks + colours, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure
