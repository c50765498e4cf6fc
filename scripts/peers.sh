#!/usr/bin/env bash
# Sets the peers up and compares pressmark with them; tables go to benches/results/peers.md and peers.json.
#
#   scripts/peers.sh           about half an hour
#   scripts/peers.sh --quick   some minutes
#   scripts/peers.sh --only encoder,html   some tables, to benches/results/part.md and part.json
#   scripts/peers.sh setup     sets up and measures nothing
#
# The Python peers go to a virtual environment outside the repository, every version pinned in
# benches/peers/requirements.txt; the Rust ones (rten, candle) are a crate of their own. About 6 GB, most of it
# torch. Needs Python 3 with venv, a Rust toolchain and the package registries. For clean numbers nothing else should
# run on the machine.
set -euo pipefail
cd "$(dirname "$0")/.."

peers="${PRESSMARK_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/pressmark/peers}"
export PRESSMARK_PEERS="$peers"
requirements=benches/peers/requirements.txt

# The venv is made anew only when what is asked of it changed.
if ! cmp -s "$requirements" "$peers/venv/requirements.txt"; then
    mkdir -p "$peers"
    [ -x "$peers/venv/bin/python" ] || python3 -m venv "$peers/venv"
    # The pip of older Pythons stumbles over one of the extras.
    "$peers/venv/bin/python" -m pip install --quiet --disable-pip-version-check "pip==26.3"
    "$peers/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
    cp "$requirements" "$peers/venv/requirements.txt"
fi

# The exported encoder belongs to the bundle that it was made of.
if ! cmp -s models/pressmark-news-small/manifest.json "$peers/models/manifest.json"; then
    rm -rf "$peers/models"
    "$peers/venv/bin/python" benches/peers/python/export.py models/pressmark-news-small "$peers/models"
    cp models/pressmark-news-small/manifest.json "$peers/models/manifest.json"
fi

cargo build --quiet --release --locked --manifest-path benches/peers/rust/Cargo.toml --target-dir "$peers/rust"
cargo build --quiet --release --locked -p pressmark-cli
if [ "${1:-}" = setup ]; then
    cargo bench --quiet --locked -p pressmark-benches --bench peers --no-run
    exit
fi
cargo bench --quiet --locked -p pressmark-benches --bench peers -- "$@"
