#!/usr/bin/env bash
# The encoder's tests on the kernel for 64-bit Arm, on any machine:
#
#   scripts/arm.sh
#
# Needs qemu-user-static (or qemu-user), without which it compiles the crate and no more, and the Rust target
# aarch64-unknown-linux-musl, which rustup has; nothing else, since the tests link with Rust's own linker. On an Arm
# machine `cargo test` does the same.
set -euo pipefail
cd "$(dirname "$0")/.."

target=aarch64-unknown-linux-musl
rustup target list --installed | grep -qx "$target" || rustup target add "$target"
if ! emulator=$(command -v qemu-aarch64-static || command -v qemu-aarch64); then
    echo "there is no qemu-aarch64: compiled, not tested" >&2
    exec cargo check --locked --target "$target" -p pressmark-encoder
fi
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER=rust-lld
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_RUSTFLAGS="-C link-self-contained=yes -C linker-flavor=ld.lld"
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_RUNNER="$emulator -cpu max"
cargo test --locked --target "$target" -p pressmark-encoder --lib "$@"
