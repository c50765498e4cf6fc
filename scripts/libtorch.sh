#!/usr/bin/env bash
# The environment in which `--features rust-bert` is built, tested and run.
#
#     scripts/libtorch.sh cargo test -p pressmark-rust-bert --features rust-bert
#     eval "$(scripts/libtorch.sh)"       # the same for the rest of a shell session
#
# It is the only place that sets LIBTORCH: torch-sys is built anew whenever that variable changes, so that builds
# with and without it would take turns in rebuilding each other. Builds without the feature need none of this.
#
# A LIBTORCH of your own is taken as it is. Otherwise the CPU part of the PyPI wheel of torch 2.4.0 (Linux on
# x86_64) is kept outside target/, in ${XDG_CACHE_HOME:-~/.cache}/pressmark/libtorch-2.4.0: 797 MB to download
# once, 430 MB on disk. Needs: Python 3 with pip, unzip or python, and (optional, saves 60 MB) strip.
set -euo pipefail

version=2.4.0
root="${XDG_CACHE_HOME:-$HOME/.cache}/pressmark/libtorch-$version"

# Fetches wheels by name into the current folder. No cache of pip's own: it would keep 797 MB a second time.
fetch() {
    python3 -m pip download --quiet --disable-pip-version-check --no-cache-dir --no-deps --only-binary=:all: \
        --python-version 3.11 --implementation cp --abi cp311 --abi none \
        --platform manylinux1_x86_64 --platform manylinux2014_x86_64 "$@"
}

# Unpacks the members of a wheel that match the patterns into the current folder.
unpack() {
    python3 - "$@" <<'PYTHON'
import fnmatch, sys, zipfile

wheel, *patterns = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if any(fnmatch.fnmatch(name, pattern) for pattern in patterns):
            archive.extract(name)
PYTHON
}

make() {
    if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
        echo "libtorch.sh: the wheel it takes apart is for Linux on x86_64; set LIBTORCH to a libtorch $version instead" >&2
        exit 1
    fi
    mkdir -p "$(dirname "$root")"
    local work
    work="$(mktemp -d "$root.XXXXXX")"
    # shellcheck disable=SC2064  # the folder is known now
    trap "rm -rf '$work'" EXIT
    (
        cd "$work"
        # libtorch_cpu.so of this wheel asks for two small libraries of CUDA even where there is no such device.
        fetch "torch==$version" "nvidia-cuda-runtime-cu12==12.1.105" "nvidia-cuda-cupti-cu12==12.1.105"
        unpack torch-*.whl 'torch/lib/libtorch_cpu.so' 'torch/lib/libc10.so' 'torch/lib/libgomp-*' 'torch/include/*'
        unpack nvidia_cuda_runtime*.whl '*/libcudart.so*'
        unpack nvidia_cuda_cupti*.whl '*/libcupti.so*'
        rm -f ./*.whl
        mkdir -p done/lib
        mv torch/include done/include
        mv torch/lib/* nvidia/cuda_runtime/lib/* nvidia/cuda_cupti/lib/* done/lib/
        strip --strip-unneeded done/lib/libtorch_cpu.so done/lib/libc10.so 2>/dev/null || true
        # torch-sys links against the umbrella library, which holds nothing but the names of the others.
        cc -shared -o done/lib/libtorch.so -x c /dev/null
        echo "$version" > done/build-version
    )
    # Whoever is first wins; a cache that is there is whole, since it got its name last.
    mv -T "$work/done" "$root" 2>/dev/null || [ -e "$root/build-version" ]
}

if [ -z "${LIBTORCH:-}" ]; then
    [ -e "$root/build-version" ] || make
    export LIBTORCH="$root"
    # The wheels on PyPI were built with the C++ interface from before GCC 5.
    export LIBTORCH_CXX11_ABI=0
fi
export LD_LIBRARY_PATH="$LIBTORCH/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"

if [ $# -gt 0 ]; then
    exec "$@"
fi
printf 'export %s=%q\n' LIBTORCH "$LIBTORCH" LIBTORCH_CXX11_ABI "${LIBTORCH_CXX11_ABI:-1}" LD_LIBRARY_PATH "$LD_LIBRARY_PATH"
