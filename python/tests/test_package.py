"""The package as such: types, documentation, stubs."""

import inspect
import re
from pathlib import Path

import fubini
from fubini import _fubini

FOLDER = Path(fubini.__file__).parent


def test_every_public_name_is_documented():
    for name in fubini.__all__:
        thing = getattr(fubini, name)
        assert inspect.getdoc(thing), name
        assert name in fubini.__doc__ or inspect.isclass(thing), f"{name} is missing from the overview"


def test_parameters_of_functions_are_documented():
    for name in ("integrate", "compile", "cubature", "atom"):
        function = getattr(fubini, name)
        section = inspect.getdoc(function).split("Returns\n")[0]
        for parameter in inspect.signature(function).parameters:
            assert re.search(rf"\b{parameter}\b.* : ", section), f"{name}({parameter})"
        assert "Examples\n" in inspect.getdoc(function)


def test_the_stub_names_what_the_native_half_has():
    stub = (FOLDER / "_fubini.pyi").read_text()
    named = set(re.findall(r"^(?:class|def) (\w+)", stub, re.MULTILINE))
    assert named == {name for name in dir(_fubini) if not name.startswith("__")}
    assert (FOLDER / "py.typed").exists()


def test_sympy_is_not_needed(tmp_path):
    import subprocess
    import sys

    code = "import sys; sys.modules['sympy'] = None; import fubini; print(fubini.integrate('x', {'x': (0, 1)}).value)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert run.stdout == "0.5\n", run.stderr
