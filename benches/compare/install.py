"""Which peers are here: installs them from the ordinary registries where it may, and compiles the programs that call them.

Nothing of this is a dependency of the project: the peers are linked by small programs of their own, which run as
subprocesses. Everything is put below target/compare.
"""

import glob
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COMPILER = os.environ.get("CC", "gcc")
FLAGS = "-std=gnu11 -O3 -march=native -ffast-math -mprefer-vector-width=512".split()
DEBIAN = ["libcubature-dev", "libgsl-dev", "r-cran-cubature"]
PYTHON = ["vegas", "scipy", "matplotlib"]
# R's package `cubature` contains the whole of Cuba and exports its C functions; a system's own libcuba goes first.
CUBA = ["/usr/local/lib/libcuba.so", "/usr/lib/libcuba.so", *glob.glob("/usr/lib/*/libcuba.so")]
CUBA += glob.glob("/usr/lib/R/*library/cubature/libs/cubature.so") + glob.glob("/usr/local/lib/R/*library/cubature/libs/cubature.so")


class Peers:
    """The programs to call, by library, and what could not be had (library -> reason)."""

    def __init__(self, install=True):
        self.commands, self.missing = {}, {}
        self.target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "compare"
        self.target.mkdir(parents=True, exist_ok=True)
        if install:
            self.debian()
        self.fubini()
        self.compile("cubature", ["-lcubature"], [define("CUBATURE_VERSION", debian_version("libcubature-dev"))])
        self.compile("gsl", ["-lgsl", "-lgslcblas"], [])
        self.cuba()
        self.python(install)

    def debian(self):
        """Debian's packages, if this is Debian and we may."""
        absent = [name for name in DEBIAN if not debian_version(name)]
        if not absent or not shutil.which("apt-get") or os.geteuid() != 0:
            return
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *absent]):
            subprocess.run(["apt-get", *command], env=environment, stdout=subprocess.DEVNULL)

    def fubini(self):
        command = ["cargo", "build", "--quiet", "--release", "--example", "compare", "--message-format=json"]
        built = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        artifacts = [json.loads(line) for line in built.stdout.splitlines()]
        self.commands["fubini"] = [next(a["executable"] for a in artifacts if a.get("target", {}).get("name") == "compare")]

    def compile(self, name, libraries, defines):
        program = self.target / name
        command = [COMPILER, *FLAGS, *defines, str(HERE / f"{name}.c"), "-o", str(program), *libraries, "-ldl", "-lm"]
        try:
            subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True)
            self.commands[name] = [str(program)]
        except (OSError, subprocess.CalledProcessError) as error:
            said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
            self.missing[name] = f"does not compile: {said[0]}"

    def cuba(self):
        found = [path for path in CUBA if os.path.exists(path)]
        if not found:
            self.missing["cuba"] = "neither libcuba.so nor R's package cubature (r-cran-cubature) is installed"
            return
        inside = debian_version("r-cran-cubature") if "cubature.so" in found[0] else None
        version = f"4.2 in r-cran-cubature {inside}" if inside else "libcuba"
        self.compile("cuba", [], [define("CUBA_VERSION", version), define("CUBA_LIBRARIES", found[0])])

    def python(self, install):
        """vegas and scipy in a virtual environment of their own, with the integrands as a shared library."""
        environment, library = self.target / "venv", self.target / "libintegrands.so"
        python = environment / "bin" / "python"
        try:
            if install and not python.exists():
                subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, capture_output=True)
                subprocess.run([str(python), "-m", "pip", "install", "-q", *PYTHON], check=True, capture_output=True, text=True)
            if not python.exists():
                self.missing["vegas, scipy"] = f"there is no {environment} yet: run once without --no-install"
                return
            command = [COMPILER, *FLAGS, "-shared", "-fPIC", "-nostartfiles", str(HERE / "integrands.c"), "-o", str(library), "-lm"]
            subprocess.run(command, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            self.missing["vegas, scipy"] = f"{error}"
            return
        for name in ("vegas", "scipy"):
            if subprocess.run([str(python), "-c", f"import {name}"], capture_output=True).returncode == 0:
                self.commands[name] = [str(python), str(HERE / "peers.py"), f"library={library}"]
            else:
                self.missing[name] = "cannot be imported"
        self.plots = [str(python), str(HERE / "report.py")]

    def machine(self):
        """What the figures depend on, as lines of text."""
        with open("/proc/cpuinfo") as info:
            model = re.search(r"model name\s*: (.*)", info.read())
        compiler = subprocess.run([COMPILER, "--version"], capture_output=True, text=True).stdout.splitlines()[0]
        rust = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.strip()
        commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
        return {
            "cpu": f"{model[1].strip() if model else platform.processor()}, {os.cpu_count()} cores",
            "system": platform.platform(),
            "peers' integrands": f"{compiler}, {' '.join(FLAGS)}",
            "fubini": f"commit {commit}, {rust}, cargo build --release",
            "load before the run": "%.1f %.1f %.1f" % os.getloadavg(),
        }


def define(name, text):
    return f'-D{name}="{text}"'


def debian_version(package):
    """Its version without epoch and Debian's own revision, or '' if it is not installed."""
    query = ["dpkg-query", "-W", "-f", "${Status} ${Version}", package]
    answer = subprocess.run(query, capture_output=True, text=True).stdout if shutil.which("dpkg-query") else ""
    return re.split(r"[+-]", answer.split()[-1])[0] if answer.startswith("install ok installed") else ""
