"""What is compared: every case with its problem, its exact values, its methods and its limits.

A case is one process: a library's method on a problem, for one or more tolerances and seeds. `full` takes about half an
hour on two cores, `quick` a few minutes.
"""

import json
import math
import subprocess
from dataclasses import dataclass, field

# ∫ψHψ and ∫ψ² of helium (β = 0.15, Z = 2) and hydrogen (β = 0.1), from one-dimensional integrals in 30 digits.
EXACT = {
    "helium": (-1.19785367412936823691, 0.416185190832412853403),
    "hydrogen": (-0.941211218972067254950, 2.02061881481367033504),
}
# Work-precision ladder of the Genz families: half decades.
LADDER = [10 ** (-k / 2) for k in range(2, 17)]
FIXED = [0.0]


@dataclass
class Case:
    group: str
    problem: str
    library: str
    method: str
    exact: tuple
    rtol: list
    max_evals: float = 3e8
    limit: float = 60.0
    seeds: list = field(default_factory=lambda: [0])
    threads: int = 1
    # Runs of the same case of which the fastest is kept.
    repeat: int = 1
    # What has to meet the tolerance: each integral, or their ratio (fubini alone knows that).
    target: str = "each"
    parameters: dict = field(default_factory=dict)

    def arguments(self):
        seeds = [seed for seed in self.seeds for _ in range(self.repeat)]
        words = {"method": self.method, "problem": self.problem, "rtol": ",".join(map(repr, self.rtol))}
        words |= {"seeds": ",".join(map(str, seeds)), "threads": self.threads, "max_evals": f"{self.max_evals:.0f}"}
        words |= {key: ",".join(map(repr, value)) for key, value in self.parameters.items()}
        if self.library == "fubini":
            words["target"] = self.target
        return [f"{key}={value}" for key, value in words.items()]


def cases(quick, threads, fubini):
    """All cases; `fubini` is the command that prints the random members of the Genz families."""
    yield from hydrogen(quick, threads)
    yield from helium(quick, threads)
    yield from engines(quick)
    yield from samplers(quick, fubini)
    yield from memory(quick)
    yield from genz(quick, fubini)


def atom(group, name, coordinates, which, library, method, rtol, **more):
    exact = {"both": EXACT[name], "numerator": EXACT[name][:1], "denominator": EXACT[name][1:]}[which]
    return Case(group, f"{name}_{coordinates}_{which}", library, method, exact, rtol, **more)


def helium(quick, threads):
    """The energy integrals to 1e-4 of each, in the box of the 2017 study and in better coordinates."""
    group, limit, tolerance = "helium", 5.0 if quick else 30.0, [1e-4]
    both = lambda coordinates, *rest, **more: atom(group, "helium", coordinates, "both", *rest, tolerance, limit=limit, **more)
    single = lambda coordinates, which, *rest, **more: atom(
        group, "helium", coordinates, which, *rest, tolerance, limit=limit, **more)
    rules = [("cubature", "hcubature"), ("cubature", "hcubature_v"), ("cuba", "cuhre"), ("cuba", "cuhre-average")]
    samplers = [("cuba", "vegas-sobol"), ("cuba", "vegas"), ("vegas", "vegas")]
    own = ["genz-malik", "cuhre", "vegas", "qmc"]
    for coordinates in ("box", "spherical", "mapped"):
        for peer in rules + samplers + [("cuba", "suave"), ("cuba", "divonne"), ("scipy", "cubature")]:
            yield both(coordinates, *peer)
        for which in ("numerator", "denominator"):
            yield single(coordinates, which, "cubature", "hcubature_v")
            yield single(coordinates, which, "gsl", "vegas")
            yield single(coordinates, which, "gsl", "miser", max_evals=1e7)
            yield single(coordinates, which, "fubini", "genz-malik")
        for method in own:
            yield both(coordinates, "fubini", method)
    for coordinates in ("perimetric", "triangle"):
        for peer in rules + samplers[:1] + [("cuba", "divonne")]:
            yield both(coordinates, *peer, repeat=5)
        for method in own:
            yield both(coordinates, "fubini", method, repeat=5)
        for method in ("cuhre", "genz-malik"):
            yield both(coordinates, "fubini", method, target="ratio", repeat=5)
    # In three variables product rules can compete.
    yield both("triangle", "cubature", "pcubature_v", repeat=5, max_evals=1e7)
    if threads > 1:
        for coordinates in ("box", "mapped"):
            for method in own:
                yield both(coordinates, "fubini", method, threads=threads)
        yield both("mapped", "vegas", "vegas", threads=threads)
        yield both("mapped", "scipy", "cubature", threads=threads)
        for coordinates in ("perimetric", "triangle"):
            yield both(coordinates, "fubini", "cuhre", threads=threads, repeat=5)


def hydrogen(quick, threads):
    """Three dimensions, where product rules and nested quadrature can still compete."""
    limit = 5.0 if quick else 30.0
    for coordinates in ("box", "spherical"):
        both = lambda library, method, rtol, **more: atom(
            "hydrogen", "hydrogen", coordinates, "both", library, method, rtol, limit=limit, **more)
        for rtol in ([1e-6], [1e-9]):
            for peer in [("cubature", "hcubature"), ("cubature", "hcubature_v"), ("cuba", "cuhre")]:
                yield both(*peer, rtol, repeat=3)
            # It keeps every value: its memory is that of the whole grid.
            yield both("cubature", "pcubature_v", rtol, repeat=3, max_evals=1e7)
            yield both("scipy", "cubature", rtol)
            yield atom("hydrogen", "hydrogen", coordinates, "numerator", "scipy", "nquad", rtol, limit=limit)
            for method in ("cuhre", "genz-malik", "product"):
                yield both("fubini", method, rtol, repeat=3)
        for peer in [("cuba", "vegas-sobol"), ("cuba", "vegas"), ("vegas", "vegas"), ("fubini", "vegas"), ("fubini", "qmc")]:
            yield both(*peer, [1e-3])
        yield atom("hydrogen", "hydrogen", coordinates, "numerator", "gsl", "vegas", [1e-3], limit=limit)
    for rtol in ([1e-6], [1e-9]):
        yield atom("hydrogen", "hydrogen", "mapped", "both", "fubini", "cuhre", rtol, repeat=3)


def engines(quick):
    """What a library costs beside the integrand: a trivial one in six dimensions, so many evaluations."""
    # E max(S − b, 0) = E S − b + E max(b − S, 0), with the distribution of a sum of six uniform numbers.
    below = sum((-1) ** k * math.comb(6, k) * max(2.2 - k, 0.0) ** 7 for k in range(7)) / math.factorial(7)
    exact, evaluations = (3.0 - 2.2 + below,), 2e6 if quick else 1e7
    peers = [("cubature", "hcubature"), ("cubature", "hcubature_v"), ("cuba", "cuhre"), ("cuba", "vegas"),
             ("cuba", "vegas-sobol"), ("gsl", "vegas"), ("gsl", "miser"), ("vegas", "vegas"), ("scipy", "cubature")]
    for library, method in peers + [("fubini", method) for method in ("genz-malik", "cuhre", "vegas", "qmc")]:
        some = evaluations / 20 if library == "scipy" else evaluations
        yield Case("engine", "trivial", library, method, exact, FIXED, some, repeat=1 if library == "scipy" else 3)


def samplers(quick, fubini):
    """VEGAS at equal numbers of samples: time per sample, stated error, and true error over several seeds."""
    problems = [("helium_mapped_denominator", EXACT["helium"][1:], {})]
    problems += [("genz_4_5", (p["exact"],), p["parameters"]) for p in instances(fubini, [5], 1) if p["problem"] == "genz_4_5"]
    peers = [("cuba", "vegas"), ("cuba", "vegas-sobol"), ("gsl", "vegas"), ("gsl", "miser"), ("vegas", "vegas")]
    for problem, exact, parameters in problems:
        for samples, seeds in [(1e6, 8)] if quick else [(1e6, 16), (1e7, 8)]:
            for library, method in peers + [("fubini", "vegas"), ("fubini", "qmc")]:
                count = 1 if method == "vegas-sobol" else seeds
                yield Case("vegas", problem, library, method, exact, FIXED, samples, seeds=list(range(1, count + 1)),
                           parameters=parameters, limit=120.0)


def memory(quick):
    """Helium in the box until the budget is spent, without hope of meeting the tolerance."""
    for library, method in [("cubature", "hcubature"), ("cubature", "hcubature_v"), ("fubini", "genz-malik"), ("fubini", "cuhre")]:
        yield atom("memory", "helium", "box", "both", library, method, [1e-12], max_evals=2e7 if quick else 2e8, limit=120.0)


def genz(quick, fubini):
    """Random members of the six families: a ladder of tolerances for the rules, 1e-3 for the others."""
    dims, count = ([3, 5], 2) if quick else ([3, 5, 8], 5)
    budget, limit = (1e6, 5.0) if quick else (5e6, 10.0)
    for index, p in enumerate(instances(fubini, dims, count)):
        case = lambda library, method, rtol, budget=budget: Case(
            "genz", p["problem"], library, method, (p["exact"],), rtol, budget, limit, parameters=p["parameters"])
        rules = [("cubature", "hcubature_v"), ("cubature", "pcubature_v"), ("cuba", "cuhre")]
        # Products of rules are for few variables.
        product = [("fubini", "product")] if p["problem"].endswith("_3") else []
        for library, method in rules + [("fubini", "cuhre"), ("fubini", "genz-malik")] + product:
            yield case(library, method, LADDER)
        if index % count == 0:
            peers = [("cuba", "vegas-sobol"), ("gsl", "vegas"), ("vegas", "vegas"), ("scipy", "cubature")]
            peers += [("fubini", "vegas"), ("fubini", "qmc")] + ([("scipy", "nquad")] if p["problem"].endswith("_3") else [])
            for library, method in peers:
                yield case(library, method, [1e-3])


def instances(fubini, dims, count):
    """The first `count` members of every family in each dimension, the same for every library."""
    command = [*fubini, "instances", f"dims={','.join(map(str, dims))}", f"count={count}"]
    for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
        p = json.loads(line)
        yield {"problem": p["problem"], "exact": p["exact"], "parameters": {"c": p["c"], "w": p["w"]}}
