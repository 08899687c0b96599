#!/bin/sh
# Programs in C, C++ and Fortran against the installed libraries: every function, flag and code of the three headers.
#
#     sh capi/tests/all.sh                 needs gcc; takes along what else is there: g++, gfortran, pkg-config, cmake, R, Python
#     MEMCHECK=1 sh capi/tests/all.sh      again under AddressSanitizer and, where it is there, valgrind
#
# PROFILE=release tests the optimised libraries; by default those of `cargo test`.
set -eu
cd "$(dirname "$0")/.."
if ! command -v gcc >/dev/null; then
    echo "The C interface was NOT tested: it needs gcc (Debian: apt install gcc)."
    exit 0
fi
there() { command -v "$1" >/dev/null || { echo "$1 is not there: what needs it was NOT tested"; false; }; }

(cd .. && cargo test --quiet --lib --profile "${PROFILE:-dev}" -p fubini-cubature -p fubini-cuba)

target=${CARGO_TARGET_DIR:-../target}
mkdir -p "$target/capi"
work=$(cd "$target/capi" && pwd)
prefix=$work/prefix
PROFILE=${PROFILE:-dev} sh install.sh "$prefix"
headers="-I$prefix/include"
link="-L$prefix/lib -Wl,-rpath,$prefix/lib"
# Casts to the shorter type of an integrand are what Cuba's manual asks of its callers.
strict="-Wall -Wextra -Werror -Wno-cast-function-type -O1"
libraries="-lm -lpthread -ldl"

# What a shared library exports is what its header declares, and nothing else.
exported() { nm -D --defined-only "$prefix/lib/lib$1.so" | sed 's/.* //' | sort; }
declared() { sed 's|/\*.*||' "$prefix/include/$1.h" | grep -oE '^[^*#( ][^(]*[ *][A-Za-z_]+\(' | grep -v typedef | sed 's/($//; s/.*[ *]//' | sort; }
same() {
    if [ "$2" != "$3" ]; then printf '%s exports\n%s\nand its header declares\n%s\n' "$1" "$2" "$3" && exit 1; fi
}
same fubini "$(exported fubini)" "$(declared fubini)"
same cubature "$(exported cubature)" "$(declared cubature)"
both=$(declared cuba | grep -v fubini_ | while read -r name; do echo "$name" && echo "${name}_" | tr '[:upper:]' '[:lower:]'; done)
same cuba "$(exported cuba)" "$(printf '%s\nfubini_message\nfubini_parallel\n' "$both" | sort)"

for name in fubini cubature cuba; do
    gcc $strict $headers tests/$name.c -o "$work/$name" $link -l$name $libraries && "$work/$name"
    if there g++; then g++ -x c++ $strict $headers tests/$name.c -o "$work/$name++" $link -l$name $libraries && "$work/$name++"; fi
done
gcc $strict $headers tests/cubature.c -o "$work/static" "$prefix/lib/libcubature.a" $libraries && "$work/static"

# Programs that were compiled with the originals' own headers.
if [ -f /usr/include/cubature.h ]; then
    gcc -DPEER $strict tests/cubature.c -o "$work/peer" $link -lcubature $libraries && "$work/peer"
fi
for folder in /usr/include /usr/lib/R/site-library/cubature/include; do
    if [ -f $folder/cuba.h ]; then
        gcc -DPEER $strict -I$folder tests/cuba.c -o "$work/peer" $link -lcuba $libraries && "$work/peer"
    fi
done

if there gfortran; then
    (cd "$work" && gfortran -Wall -Werror -O1 -ffree-line-length-none "$OLDPWD/tests/cuba.f90" -o fortran $link -lcuba && ./fortran 2>/dev/null)
fi
if there pkg-config; then
    for name in fubini cubature cuba; do
        flags=$(PKG_CONFIG_PATH="$prefix/lib/pkgconfig" pkg-config --cflags --libs $name)
        gcc tests/$name.c -o "$work/package" $flags "-Wl,-rpath,$prefix/lib" $libraries
    done
fi
if there cmake; then
    cmake -S tests/cmake -B "$work/cmake" "-DCMAKE_PREFIX_PATH=$prefix" >/dev/null && cmake --build "$work/cmake" >/dev/null
    "$work/cmake/program"
fi

# The examples check their own results.
examples=$(cd ../examples && pwd)
gcc $strict $headers "$examples/c/integral.c" -o "$work/example" $link -lfubini $libraries && "$work/example"
if there gfortran; then
    (cd "$work" && gfortran -Wall -Werror -O1 "$examples/fortran/integral.f90" -o fortran $link -lfubini && ./fortran)
fi
if there Rscript; then
    cp "$examples/r/gaussian.c" "$work/gaussian.c"
    (cd "$work" && PKG_CFLAGS=$headers PKG_LIBS="$link -lfubini" R CMD SHLIB gaussian.c >/dev/null && Rscript "$examples/r/integral.R" ./gaussian.so)
fi
# PyCuba, which loads libcuba.so by its name: the one that is installed, or else one of its own from the package index.
if there python3; then
    python=python3
    if ! python3 -c 'import importlib.util as u; raise SystemExit(u.find_spec("pycuba") is None)'; then
        python=$work/python/bin/python3
        if [ ! -x "$python" ]; then python3 -m venv "$work/python" >"$work/venv" 2>&1 || true; fi
        "$python" -m pip install --quiet --no-deps --timeout 20 --retries 1 pymultinest >"$work/pip" 2>&1 || python=
    fi
    if [ -n "$python" ]; then
        LD_LIBRARY_PATH="$prefix/lib" "$python" tests/of_pycuba.py >"$work/pycuba" || { cat "$work/pycuba" && exit 1; }
        tail -1 "$work/pycuba"
    else
        echo "pycuba could not be installed (pip install pymultinest): it was NOT tested"
    fi
fi
if there julia; then LD_LIBRARY_PATH="$prefix/lib" julia "$examples/julia/integral.jl"; fi

if [ -n "${MEMCHECK:-}" ]; then
    for name in fubini cubature cuba; do
        gcc -g -fsanitize=address,undefined -fno-sanitize-recover $headers tests/$name.c -o "$work/$name-asan" $link -l$name $libraries
        "$work/$name-asan"
        if there valgrind; then
            # Tables that are kept for the next run are held by pointers into their middle, and therefore only possibly lost.
            valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite "$work/$name"
        fi
    done
fi
