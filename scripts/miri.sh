#!/usr/bin/env bash
# Runs the encoder's kernels, all of its `unsafe`, under Miri. Needs a nightly toolchain with the components `miri` and
# `rust-src`. Under Miri, code has the vector instructions that it is compiled for: the first run is the portable kernel
# alone, the second those of x86-64 beside it.
set -euo pipefail
cd "$(dirname "$0")/.."
# What is compared is bits: Miri would else give results of `exp2` and the like that are off by a little, as it may.
export MIRIFLAGS="-Zmiri-disable-isolation -Zmiri-deterministic-floats ${MIRIFLAGS:-}"
# A case that fails is said at once: to look for a smaller one takes hours here.
export PROPTEST_MAX_SHRINK_ITERS=0
for features in "" "-C target-feature=+avx2,+fma,+avxvnni,+avx512f,+avx512bw,+avx512dq,+avx512vl,+avx512vnni"; do
    RUSTFLAGS="$features" cargo +nightly miri test -p pressmark-encoder --lib --target-dir "${CARGO_TARGET_DIR:-target}/miri" -- --show-output kernels
done
