#!/usr/bin/env bash
# Makes pages of `pressmark report` and holds them to their promises in Chromium: they draw themselves, filters and the
# keyboard work, nothing is asked of a network, axe-core finds no serious fault, markup of documents stays text.
#   scripts/check_report.sh [PICTURES]    with a folder, pictures of all views go there
# Needs: Chromium (Debian: chromium), Node 18 or later with npm, Python 3. PRESSMARK names the command, else it is built.
# LARGE=50000 checks a page over so many rows as well; TIMES=1 holds pages to how fast they open.
set -euo pipefail
cd "$(dirname "$0")/.."
pressmark=${PRESSMARK:-}
if [ -z "$pressmark" ]; then
    cargo build --release --locked --quiet -p pressmark-cli
    pressmark=target/release/pressmark
fi
modules="${XDG_CACHE_HOME:-$HOME/.cache}/pressmark/report-check"
mkdir -p "$modules"
cp scripts/report/package.json scripts/report/package-lock.json scripts/report/check.mjs "$modules"
npm --prefix "$modules" ci --silent --no-audit --no-fund

pages=$(mktemp -d)
trap 'rm -rf "$pages"' EXIT
# report NAME INPUT [OPTION…]
report() {
    local name=$1 input=$2
    shift 2
    "$pressmark" annotate --quiet "$input" -o "$pages/$name.jsonl" "$@"
    "$pressmark" report --quiet "$pages/$name.jsonl" --inputs "$input" -o "$pages/$name.html" "${more[@]}"
}
more=(--title "Two stories by six outlets")
report stories crates/report/samples/stories.jsonl --target "the lithium mine"
more=()
report seeds seeds || [ $? = 1 ]
report hostile scripts/report/hostile.jsonl || [ $? = 1 ]
cat "$pages/stories.jsonl" "$pages/seeds.jsonl" >"$pages/rows.jsonl"
python3 scripts/report/variations.py "$pages/rows.jsonl" 1000 >"$pages/thousand.jsonl"
"$pressmark" report --quiet "$pages/thousand.jsonl" -o "$pages/thousand.html"
if [ -n "${LARGE:-}" ]; then
    python3 scripts/report/variations.py "$pages/rows.jsonl" "$LARGE" >"$pages/large.jsonl"
    "$pressmark" report "$pages/large.jsonl" -o "$pages/large.html"
fi
node "$modules/check.mjs" "$pages" "$@"
