#!/bin/sh
# The library in WebAssembly, run by node; where the target or node is missing it says so.
set -eu

target=wasm32-unknown-unknown
if ! command -v node >/dev/null || [ ! -d "$(rustc --print sysroot)/lib/rustlib/$target" ]; then
    echo "WebAssembly was NOT tested: it needs node and \`rustup target add $target\`."
    exit 0
fi
folder=$(dirname "$0")
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$folder/../../target}"
cargo build --quiet --locked --target "$target" --manifest-path "$folder/Cargo.toml"
node "$folder/compare.mjs" "$CARGO_TARGET_DIR/$target/debug/fubini_wasm.wasm"
