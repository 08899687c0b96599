"""Draws the picture at the top of the README from a table of results, for light and for dark pages.

    python3 front.py benches/results/DATE.csv docs/pictures
"""

import statistics
import sys
from collections import defaultdict
from pathlib import Path

import matplotlib

matplotlib.use("svg")
# Letters as paths: the picture is the same whatever fonts a reader has.
matplotlib.rcParams.update({"svg.fonttype": "path", "svg.hashsalt": "fubini", "font.size": 11, "axes.grid": True})

import matplotlib.pyplot as plt  # noqa: E402: after the choice of a backend
from matplotlib.ticker import LogLocator  # noqa: E402

from report import read  # noqa: E402

# Smooth in many variables, smooth in few, and what no rule of points sees well: family, variables, title.
PANELS = [(2, 8, "a product of peaks,\n8 variables"), (1, 5, "an oscillation,\n5 variables"), (6, 5, "a jump,\n5 variables")]
MARKS = {"Cubature, vector": "s", "Cuba Cuhre": "^", "fubini genz-malik": "D", "fubini cuhre": "o"}
NAMES = {"Cubature, vector": "Cubature", "Cuba Cuhre": "Cuba's Cuhre"}
# Distinguishable in print and to colour-blind readers (Okabe and Ito 2008), lighter on dark pages.
THEMES = {
    "light": {"ink": "#24292f", "grid": "#d0d7de", "colours": ["#d55e00", "#009e73", "#56b4e9", "#0072b2"]},
    "dark": {"ink": "#e6edf3", "grid": "#3d444d", "colours": ["#ff9e4a", "#3ddca8", "#8fd3ff", "#4aa3ff"]},
}
# Below it rounding decides.
FLOOR = 1e-14


def main():
    table, folder = map(Path, sys.argv[1:])
    facts, runs = read(table)
    ladders = rungs(runs)
    for name, theme in THEMES.items():
        target = folder / f"work-precision-{name}.svg"
        draw(ladders, theme, facts["date"]).savefig(target, transparent=True, bbox_inches="tight", metadata={"Date": None})
        print(target)


def rungs(runs):
    """(family, variables, method) -> (median evaluations, median true error, whether a claim failed), tolerances in order.

    Only tolerances at which all of the instances were answered."""
    cells = defaultdict(lambda: defaultdict(list))
    for r in runs:
        if r.group == "genz" and r.done:
            _, family, dim = r.problem.split("_")
            cells[int(family), int(dim), r.label][r.rtol].append(r)
    whole = {cell: max(map(len, by_rtol.values())) for cell, by_rtol in cells.items()}
    return {cell: [(statistics.median(r.evaluations for r in rung), max(statistics.median(r.true for r in rung), FLOOR),
                    any(r.wrong for r in rung))
                   for _, rung in sorted(by_rtol.items(), reverse=True) if len(rung) == whole[cell]]
            for cell, by_rtol in cells.items()}


def draw(ladders, theme, date):
    """The panels side by side, narrow enough for a telephone; hollow marks where at least one claim of convergence was off by more than its stated error."""
    figure, axes = plt.subplots(1, len(PANELS), figsize=(7.4, 3.9), sharey=True)
    for panel, (family, dim, title) in zip(axes, PANELS):
        for (label, mark), colour in zip(MARKS.items(), theme["colours"]):
            points = ladders.get((family, dim, label), [])
            panel.plot([n for n, _, _ in points], [e for _, e, _ in points], color=colour, linewidth=1.6)
            for n, e, failed in points:
                panel.plot(n, e, mark, color=colour, markersize=5.5, markeredgewidth=1.4,
                           markerfacecolor="none" if failed else colour)
        panel.set(xscale="log", yscale="log", ylim=(FLOOR / 3, 1))
        panel.set_title(title, fontsize=11, color=theme["ink"])
        panel.set_xlabel("evaluations", color=theme["ink"])
        panel.grid(color=theme["grid"], linewidth=0.7)
        panel.minorticks_off()
        panel.xaxis.set_major_locator(LogLocator(100))
        panel.tick_params(colors=theme["ink"])
        for spine in panel.spines.values():
            spine.set_color(theme["grid"])
    axes[0].set_ylabel("true relative error", color=theme["ink"])
    handles = [plt.Line2D([], [], color=colour, marker=mark, markersize=6.5, label=NAMES.get(label, label))
               for (label, mark), colour in zip(MARKS.items(), theme["colours"])]
    handles.append(plt.Line2D([], [], color=theme["ink"], marker="o", linestyle="", markerfacecolor="none", markersize=6.5,
                              markeredgewidth=1.6, label="a stated error was exceeded"))
    figure.legend(handles=handles, loc="upper center", ncols=3, bbox_to_anchor=(0.5, 0.03), frameon=False,
                  labelcolor=theme["ink"], columnspacing=1.4, handletextpad=0.5)
    figure.text(0.5, -0.16, f"median of 5 random Genz integrals at each tolerance from 0.1 to 1e-8, {date}", ha="center",
                color=theme["ink"], fontsize=10)
    figure.tight_layout()
    return figure


main()
