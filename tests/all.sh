#!/bin/sh
# Every test: those of Rust and its documentation, then the Python package and the notebooks in a virtual environment of their own.
# Where there is no Python to make one with, the Rust tests decide.
set -eu
cd "$(dirname "$0")/.."

cargo test
RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --quiet

# A method and coordinates from outside the workspace.
CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target} cargo test --manifest-path tests/outside/Cargo.toml

# A system without a clock, files and threads; it says so where there is no target or no node.
sh tests/wasm/run.sh

# The ranks of MPI jobs; it says so where there is none.
sh tests/mpi.sh

# Each checks its own result. `qmc_helium` measures for minutes.
for example in examples/*.rs; do
    name=$(basename "$example" .rs)
    if [ "$name" != qmc_helium ]; then cargo run --quiet --example "$name"; fi
done

# Programs in C, C++ and Fortran; it says so where there is no compiler.
sh capi/tests/all.sh

if ! python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    echo "The Python package and the notebooks were NOT tested: they need python3, 3.10 or newer, with venv" \
        "(Debian: apt install python3-venv). The Rust tests have passed."
    exit 0
fi

venv=${CARGO_TARGET_DIR:-target}/venv
if ! "$venv/bin/python" -c '' 2>/dev/null; then python3 -m venv --clear "$venv"; fi
echo "Building the Python package and its environment in $venv"
"$venv/bin/python" -m pip --disable-pip-version-check install --quiet './python[test,notebooks]'

# From the installed package, not from its sources, which lack the native half.
"$venv/bin/python" -m pytest -q -c python/pyproject.toml --rootdir . python/tests --doctest-modules --pyargs fubini
"$venv/bin/python" -m pytest -q --nbmake --nbmake-timeout 600 notebooks
