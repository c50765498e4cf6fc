#!/usr/bin/env bash
# Builds the fuzz targets and runs all of them, or those named, one after the other, each until it has had
# SECONDS_EACH (600 unless set) of CPU, however busy the machine is. Goes on when something is found: it stands in
# fuzz/artifacts then, and the exit code is 1. NO_BUILD=1 runs what was built before. See README.md for what it needs.
set -uo pipefail
cd "$(dirname "$0")"

seconds="${SECONDS_EACH:-600}"
host="$(rustc +nightly -vV | sed -n 's/^host: //p')"
[ -n "${NO_BUILD:-}" ] || cargo +nightly fuzz build || exit 2
targets=("$@")
[ $# -gt 0 ] || mapfile -t targets < <(ls fuzz_targets | sed 's/\.rs$//')
found=0
for target in "${targets[@]}"; do
    # What libFuzzer finds worth keeping goes to a folder of its own; corpus/ holds what people wrote.
    mkdir -p "target/corpus/$target" "artifacts/$target"
    : >"target/$target.log"
    echo "== $target, $seconds seconds of CPU ($(date -u +%T))"
    # libFuzzer counts time on the wall: beside other work that is less than time on the CPU, so what is missing is
    # run again, from what the first round kept.
    left=$seconds
    while [ "$left" -gt 0 ]; do
        TIMEFORMAT='%0U %0S'
        spent=$({ time "target/$host/release/$target" "target/corpus/$target" "corpus/$target" \
            -max_total_time="$left" -max_len=8192 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
            -artifact_prefix="artifacts/$target/" >>"target/$target.log" 2>&1; } 2>&1) || { found=1; left=0; }
        left=$((left - ${spent/ / - }))
        echo "user and system seconds: $spent"
    done
    grep -aE "^stat::number_of_executed|^stat::new_units|^stat::peak|panicked|ERROR|SUMMARY|Test unit|^#[0-9]+.DONE" "target/$target.log"
done
exit $found
