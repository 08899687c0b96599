#!/bin/sh
# Builds the three libraries and puts them below a prefix:
#
#     sh capi/install.sh PREFIX [fubini] [cubature] [cuba]        all three by default
#
# Headers, shared and static libraries, files for pkg-config and for CMake. PROFILE=dev installs a build for debugging. Where
# CARGO_TARGET_DIR is set, it is built there.
set -eu
prefix=${1:?"where to? sh capi/install.sh PREFIX [fubini] [cubature] [cuba]"}
shift
if [ $# -eq 0 ]; then set -- fubini cubature cuba; fi
mkdir -p "$prefix/include" "$prefix/lib/pkgconfig"
prefix=$(cd "$prefix" && pwd)
cd "$(dirname "$0")/.."
profile=${PROFILE:-release}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)

for name in "$@"; do
    case $name in
        fubini) package=fubini-capi built=fubini_capi soname=libfubini.so.0 api=$version text="Multidimensional integration" ;;
        cubature) package=fubini-cubature built=cubature soname=libcubature.so.0 api=1.0.4 text="The functions of Cubature by fubini" ;;
        cuba) package=fubini-cuba built=cuba soname=libcuba.so api=4.2 text="The functions of Cuba by fubini" ;;
        *) echo "$name: there is no library of that name; there are fubini, cubature, cuba" >&2 && exit 2 ;;
    esac
    cargo build --quiet --profile "$profile" --package $package
    folder=${CARGO_TARGET_DIR:-target}/$profile
    if [ "$profile" = dev ]; then folder=${CARGO_TARGET_DIR:-target}/debug; fi
    cp "capi/include/$name.h" "$prefix/include/"
    cp "$folder/lib$built.a" "$prefix/lib/lib$name.a"
    if [ -f "$folder/lib$built.so" ]; then
        # Beside, and then in its place: a program that runs with the library of before keeps that.
        cp "$folder/lib$built.so" "$prefix/lib/$soname.new"
        if [ "$profile" = release ] && command -v strip >/dev/null; then strip --strip-unneeded "$prefix/lib/$soname.new"; fi
        mv -f "$prefix/lib/$soname.new" "$prefix/lib/$soname"
        if [ "$soname" != "lib$name.so" ]; then ln -sf "$soname" "$prefix/lib/lib$name.so"; fi
    else
        cp "$folder/lib$built.dylib" "$prefix/lib/lib$name.dylib"
    fi
    for template in capi/templates/library.pc capi/templates/library-config.cmake; do
        case $template in
            *.pc) to=$prefix/lib/pkgconfig/$name.pc ;;
            *) mkdir -p "$prefix/lib/cmake/$name" && to=$prefix/lib/cmake/$name/$name-config.cmake ;;
        esac
        sed -e "s|@prefix@|$prefix|" -e "s|@name@|$name|g" -e "s|@version@|$api|" -e "s|@text@|$text|" "$template" >"$to"
    done
    echo "$prefix: lib$name, $name.h, $name.pc, $name-config.cmake"
done
