"""Work-precision diagrams of a table of results, as SVG."""

import math
import statistics

import matplotlib

matplotlib.use("svg")
# Letters as paths: the picture is the same whatever fonts a reader has.
matplotlib.rcParams.update({"svg.fonttype": "path", "svg.hashsalt": "fubini", "font.size": 10, "axes.grid": True,
                            "grid.alpha": 0.3, "font.family": "sans-serif"})

import matplotlib.pyplot as plt  # noqa: E402: after the choice of a backend
from matplotlib.ticker import LogLocator  # noqa: E402

from report import COORDINATES, FAMILIES, ladders  # noqa: E402

# Distinguishable in print and to colour-blind readers (Okabe and Ito 2008).
STYLES = {"Cubature, vector": ("#d55e00", "s"), "Cubature, p-adaptive": ("#cc79a7", "d"), "Cuba Cuhre": ("#009e73", "^"),
          "fubini cuhre": ("#0072b2", "o"), "fubini genz-malik": ("#56b4e9", "D")}
MARKS = {"box": "s", "spherical": "^", "mapped": "v", "perimetric": "o", "triangle": "*"}
LIBRARIES = {"fubini": "#0072b2", "cubature": "#d55e00", "cuba": "#009e73", "gsl": "#e69f00", "vegas": "#cc79a7",
             "scipy": "#5a5a5a"}
# Half of the instances must have reached a rung for it to be drawn.
LEAST_SHARE = 0.5


def draw(runs, path):
    """Writes FILE-genz.svg and FILE-helium.svg beside the table FILE.csv."""
    for name, figure in (("genz", genz(runs)), ("helium", helium(runs))):
        target = path.with_name(f"{path.stem}-{name}.svg")
        figure.savefig(target, bbox_inches="tight", metadata={"Date": None})
        print(target)


def genz(runs):
    """Median true error against median evaluations, a row for each family and a column for each dimension: narrow enough for a page."""
    cells = ladders(runs)
    dims = sorted({dim for _, dim in cells}) or [3]
    figure, axes = plt.subplots(6, len(dims), figsize=(7.6, 11.5), squeeze=False, sharey=True)
    for family, row in enumerate(axes, 1):
        for dim, panel in zip(dims, row):
            for label, (colour, mark) in STYLES.items():
                points = medians(cells.get((family, dim), {}).get(label, []))
                if points:
                    panel.plot(*zip(*points), color=colour, marker=mark, markersize=3, linewidth=1, label=label)
            panel.set(xscale="log", yscale="log", ylim=(1e-14, 3))
            panel.minorticks_off()
            panel.xaxis.set_major_locator(LogLocator(100))
            panel.set_title(f"{FAMILIES[family - 1]}, {dim} variables", fontsize=10)
        row[0].set_ylabel("true relative error")
    for panel in axes[-1]:
        panel.set_xlabel("evaluations")
    handles = [plt.Line2D([], [], color=c, marker=m, markersize=4, label=label) for label, (c, m) in STYLES.items()]
    figure.legend(handles=handles, loc="upper center", ncols=3, bbox_to_anchor=(0.5, 0.0), frameon=False)
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
    figure, panel = plt.subplots(figsize=(7.4, 4.6))
    drawn = set()
    for r in runs:
        if r.group != "helium" or r.threads != "1" or not r.done or not r.problem.endswith("_both"):
            continue
        own = r.ratio and float(r.ratio["true_error"]) / abs(float(r.ratio["exact"]))
        true = own or r.true
        if not math.isfinite(true):
            continue
        mark = MARKS[r.problem.split("_")[1]]
        drawn.add(r.library)
        face = LIBRARIES[r.library] if not r.wrong else "none"
        panel.plot(r.seconds, max(true, 1e-9), mark, color=LIBRARIES[r.library], markerfacecolor=face, markersize=6)
    panel.axhline(1e-4, color="grey", linewidth=1, linestyle="--")
    panel.set(xscale="log", yscale="log", xlabel="CPU seconds", ylabel="true relative error",
              title="Helium, both integrals asked to 1e-4, one thread")
    marks = [plt.Line2D([], [], linestyle="", marker=m, color="grey", label=COORDINATES[c]) for c, m in MARKS.items()]
    colours = [plt.Line2D([], [], linestyle="", marker="o", color=c, label=name) for name, c in LIBRARIES.items() if name in drawn]
    colours.append(plt.Line2D([], [], linestyle="", marker="o", color="grey", markerfacecolor="none", label="claimed and wrong"))
    place = {"loc": "upper left", "frameon": False, "columnspacing": 1.0, "handletextpad": 0.3}
    panel.add_artist(panel.legend(handles=marks, ncols=3, bbox_to_anchor=(-0.02, -0.14), **place))
    panel.legend(handles=colours, ncols=4, bbox_to_anchor=(-0.02, -0.28), **place)
    return figure
