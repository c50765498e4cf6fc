#!/usr/bin/env bash
# Runs the encoder's tests, with all of its `unsafe`, under AddressSanitizer: every kernel that this CPU has, on whole
# sizes, where Miri takes hours. Needs a nightly toolchain on Linux.
set -euo pipefail
cd "$(dirname "$0")/.."
host="$(rustc +nightly -vV | sed -n 's/^host: //p')"
# With a target named, build scripts and procedural macros are built without the sanitizer.
RUSTFLAGS="-Zsanitizer=address" cargo +nightly test -p pressmark-encoder --lib --tests --locked --target "$host" \
    --target-dir "${CARGO_TARGET_DIR:-target}/sanitizer" "$@"
