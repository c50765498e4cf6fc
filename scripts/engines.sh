#!/usr/bin/env bash
# The examples for engines (Ray Data, Spark, datatrove) on two workers, against the command: every row the same, also when a
# worker is killed in the middle.
#
#   scripts/engines.sh [ray] [spark] [datatrove] [--documents N]
#   scripts/engines.sh --measure [TABLE…]     the numbers of docs/book/src/scale.md; for a quiet machine, some minutes
#   WHEEL=pressmark-….whl scripts/engines.sh   another wheel than that in target/wheels, which scripts/python.sh leaves
#
# Needs Python 3.10 or later with venv and pip, the package index, and Java 17 for Spark. The engines are 1.1 GB; they go to
# a virtual environment outside the repository, which is kept.
set -euo pipefail
cd "$(dirname "$0")/.."

wheel=${WHEEL:-$( (ls target/wheels/pressmark-*.whl || true) 2>/dev/null | tail -n 1)}
[ -n "$wheel" ] || { echo "there is no wheel in target/wheels: scripts/python.sh builds it" >&2; exit 2; }

venv="${XDG_CACHE_HOME:-$HOME/.cache}/pressmark/engines"
requirements=tests/engines/requirements.txt
# The venv is made anew only when what is asked of it changed.
if ! cmp -s "$requirements" "$venv/requirements.txt"; then
    [ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"
    cp "$requirements" "$venv/requirements.txt"
fi
"$venv/bin/pip" install --quiet --disable-pip-version-check --force-reinstall --no-deps "$wheel"

# Workers find the Python that has pressmark.
export PATH="$venv/bin:$PATH" PYSPARK_PYTHON="$venv/bin/python" SPARK_LOCAL_IP=127.0.0.1 RAY_worker_niceness=0
if [ "${1:-}" = --measure ]; then
    shift
    exec python tests/engines/measure.py "$@"
fi
exec python tests/engines/check.py "$@"
