#!/usr/bin/env bash
# The Python package from its source to a plot: builds the wheel, installs it into a fresh virtual environment beside the
# libraries that it is used with, checks its types, runs its tests and executes the notebook.
#
#   scripts/python.sh [ARGUMENTS OF PYTEST]
#   WHEEL=pressmark-….whl scripts/python.sh    # a wheel that is built already; no Rust is needed then
#
# Needs a Rust toolchain, Python 3.9 or later with venv and pip, and the package index. The wheel is left in
# target/wheels; it needs no Rust to install.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
cache="${XDG_CACHE_HOME:-$HOME/.cache}/pressmark/python"
wheel=${WHEEL:-}
if [ -z "$wheel" ]; then
    if [ ! -x "$cache/build/bin/maturin" ]; then
        "$python" -m venv "$cache/build"
        "$cache/build/bin/pip" install --quiet --disable-pip-version-check "maturin>=1.9,<2"
    fi
    # Into the workspace's own target folder: what the command was built from is not built again.
    rm -rf target/wheels
    "$cache/build/bin/maturin" build --release --locked --quiet --manifest-path crates/python/Cargo.toml \
        --interpreter "$python" --out target/wheels
    wheel=$(ls target/wheels/pressmark-*.whl)
fi
ls -l "$wheel"

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
"$python" -m venv "$fresh/venv"
"$fresh/venv/bin/pip" install --quiet --disable-pip-version-check -r crates/python/tests/requirements.txt "$wheel"

# Nothing of the toolchain is at hand from here on: whoever installs a wheel has none.
export PATH="$fresh/venv/bin:/usr/bin:/bin"
cd crates/python
python -m mypy --config-file pyproject.toml -p pressmark
python -m mypy --config-file pyproject.toml tests/typed.py
# Classes of Rust have no defaults or docstrings that stubs could disagree about; names and signatures are compared.
(cd "$fresh" && python -m mypy.stubtest pressmark --ignore-missing-stub --mypy-config-file "$OLDPWD/pyproject.toml")
python -m pytest --quiet -p no:cacheprovider "$@"
python -m pytest --quiet -p no:cacheprovider --doctest-modules --pyargs pressmark --ignore-glob '*_spacy.py'
cd ../..
python -m nbconvert --to notebook --execute examples/outlets.ipynb --output-dir "$PWD/target/notebook" --log-level WARN
echo "the notebook ran: target/notebook/outlets.ipynb"
