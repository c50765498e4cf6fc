#!/usr/bin/env bash
# Runs the encoder's kernels, all of its `unsafe`, under Miri. Needs a nightly toolchain with the components `miri` and
# `rust-src`. Miri has no AVX-512; it runs the portable kernel, and that of AVX2 where it knows the intrinsics.
set -euo pipefail
cd "$(dirname "$0")/.."
# Each case takes seconds under Miri; the properties run on two of them.
export PROPTEST_CASES="${PROPTEST_CASES:-2}"
export MIRIFLAGS="-Zmiri-disable-isolation ${MIRIFLAGS:-}"
cargo +nightly miri test -p pressmark-encoder --lib --target-dir target/miri -- kernels
