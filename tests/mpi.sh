#!/bin/sh
# fubini-mpi on the ranks of jobs. Where there is no MPI it is installed if that takes no more than the system's packages; if it can't
# be had, that is said, and nothing fails.
set -eu
cd "$(dirname "$0")/.."

if ! command -v mpirun >/dev/null || ! command -v mpicc >/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing Open MPI for the tests of fubini-mpi"
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libopenmpi-dev openmpi-bin; } >/dev/null 2>&1 || true
    fi
fi
if ! command -v mpirun >/dev/null || ! command -v mpicc >/dev/null; then
    echo "fubini-mpi was NOT tested: it needs mpirun and mpicc (Debian: apt install libopenmpi-dev openmpi-bin)."
    exit 0
fi
cargo test -p fubini-mpi
