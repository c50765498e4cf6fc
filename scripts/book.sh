#!/usr/bin/env bash
# Builds the book, follows every link in it and in the other documents, and runs every command that it shows.
#   scripts/book.sh             the book is target/book/index.html
#   scripts/book.sh PAGE…       only the commands of these pages, such as README.md
# PRESSMARK names the command, else it is built; WHEEL the Python wheel, else one of target/wheels, else none.
# Needs: a Rust toolchain, Python 3.10 or later with venv and pip, the package registries; R for R's blocks.
set -euo pipefail
cd "$(dirname "$0")/.."
pressmark=${PRESSMARK:-}
if [ -z "$pressmark" ]; then
    cargo build --release --locked --quiet -p pressmark-cli
    pressmark=target/release/pressmark
fi
cache="${XDG_CACHE_HOME:-$HOME/.cache}/pressmark"
# The libraries are those of tests/readers.
readers="$cache/readers"
[ -x "$readers/bin/python" ] || python3 -m venv "$readers"
"$readers/bin/pip" install --quiet --disable-pip-version-check -r tests/readers/requirements.txt -r scripts/book/requirements.txt

if [ $# = 0 ]; then
    # Without optimization, which would take longer than it saves: the book is small.
    [ -x "$cache/book/bin/mdbook" ] ||
        CARGO_PROFILE_RELEASE_OPT_LEVEL=0 cargo install --quiet --locked --no-default-features --features search \
            --root "$cache/book" mdbook@0.5.4
    rm -rf target/book
    "$cache/book/bin/mdbook" build docs/book
    # `::` stands in links of rustdoc.
    "$readers/bin/lychee" --offline --include-fragments --no-progress --exclude :: --exclude-path 'target/book/(print|toc|404).html' \
        README.md CONTRIBUTING.md SECURITY.md docs/*.md examples/README.md crates/README.md crates/*/README.md models/*/README.md benches/README.md 'target/book/**/*.html'
fi

wheel=${WHEEL:-$( (ls target/wheels/pressmark-*.whl || true) 2>/dev/null | tail -n 1)}
if [ -n "$wheel" ]; then
    site=$(mktemp -d)
    trap 'rm -rf "$site"' EXIT
    "$readers/bin/pip" install --quiet --disable-pip-version-check --no-deps --target "$site" "$wheel"
    export PYTHONPATH="$site"
fi
"$readers/bin/python" scripts/book/run.py "$pressmark" "$@"
