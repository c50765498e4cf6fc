#!/usr/bin/env bash
# Makes the files of a release:
#
#   scripts/release.sh [--target TARGET]… [--wheels] [--all] [--out DIR]
#
# For each target (x86_64-unknown-linux-musl and aarch64-unknown-linux-musl; without --target that of this machine) an archive
# pressmark-VERSION-TARGET.tar.gz with the static program, manual pages, completions and all licences, an SBOM in CycloneDX
# beside it, and the folder of the image for the Dockerfile. --wheels adds a wheel for manylinux2014 (glibc 2.17) for each
# target, --all is all targets and wheels. DIR is `dist`, and is made anew. SHA256SUMS comes last.
#
# Needs a Rust toolchain with rustup, Python 3.11 with venv, the package registries, Linux. The same commit, toolchain and folder give the
# same archive. scripts/release/check.sh tries what was made.
set -euo pipefail
cd "$(dirname "$0")/.."

machine="$(uname -m)-unknown-linux-musl"
targets=()
wheels=
out=dist
while [ $# -gt 0 ]; do
    case $1 in
        --target) targets+=("$2"); shift 2 ;;
        --wheels) wheels=1; shift ;;
        --all) targets=(x86_64-unknown-linux-musl aarch64-unknown-linux-musl); wheels=1; shift ;;
        --out) out=$2; shift 2 ;;
        *) echo "unknown: $1; see the head of $0" >&2; exit 2 ;;
    esac
done
[ ${#targets[@]} -gt 0 ] || targets=("$machine")

tools="${XDG_CACHE_HOME:-$HOME/.cache}/pressmark/release"
[ -x "$tools/bin/python" ] || python3 -m venv "$tools"
"$tools/bin/pip" install --quiet --disable-pip-version-check -r scripts/release/requirements.txt
export PATH="$tools/bin:$PATH"
zig=$(python -c 'import ziglang, pathlib; print(pathlib.Path(ziglang.__file__).parent)')
command -v cargo-cyclonedx >/dev/null || cargo install --locked --quiet cargo-cyclonedx@0.5.9

version=$(python scripts/release/versions.py)
# An unpacked source archive has no commits.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y Cargo.toml)}
export SOURCE_DATE_EPOCH
rm -rf "$out"
mkdir -p "$out/image"
staging=$(mktemp -d)
# cargo-cyclonedx writes beside every manifest of the workspace.
trap 'rm -rf "$staging" crates/python/licenses/THIRD-PARTY.txt; find . -path ./target -prune -o -name release-sbom.json -exec rm {} +' EXIT

for target in "${targets[@]}"; do
    rustup target list --installed | grep -qx "$target" || rustup target add "$target"
    cargo zigbuild --release --locked --target "$target" -p pressmark-cli
done

# Pages and completions are the same for all, and come from a program that runs here.
if ! [[ " ${targets[*]} " == *" $machine "* ]]; then
    cargo zigbuild --release --locked --target "$machine" -p pressmark-cli
fi
runs="target/$machine/release/pressmark"
"$runs" man -o "$staging/man"
mkdir "$staging/completions"
"$runs" completions bash >"$staging/completions/pressmark.bash"
"$runs" completions zsh >"$staging/completions/_pressmark"
"$runs" completions fish >"$staging/completions/pressmark.fish"
"$runs" completions powershell >"$staging/completions/_pressmark.ps1"

licences() { # TARGET FOLDER
    mkdir -p "$2"
    cp LICENSE-MIT LICENSE-APACHE "$2"
    cp models/pressmark-news/LICENSE "$2/LICENSE-pressmark-news"
    cp models/pressmark-news-small/LICENSE "$2/LICENSE-pressmark-news-small"
    python scripts/release/third_party.py pressmark-cli "$1" "$zig" >"$2/THIRD-PARTY.txt"
    # Of Rust's standard library; toolchains of distributions have it elsewhere.
    local rust
    rust="$(rustc --print sysroot)/share/doc/rust/COPYRIGHT-library.html"
    [ ! -e "$rust" ] || cp "$rust" "$2/RUST-LIBRARY.html"
}

for target in "${targets[@]}"; do
    name="pressmark-$version-$target"
    mkdir "$staging/$name"
    cp "target/$target/release/pressmark" README.md CHANGELOG.md CITATION.cff "$staging/$name"
    cp -r "$staging/man" "$staging/completions" "$staging/$name"
    licences "$target" "$staging/$name/licenses"
    tar --sort=name --owner=0 --group=0 --numeric-owner --mode=go=rX,u+w --mtime="@$SOURCE_DATE_EPOCH" \
        -C "$staging" -cf - "$name" | gzip -n9 >"$out/$name.tar.gz"

    cargo cyclonedx --quiet --manifest-path crates/cli/Cargo.toml --format json --spec-version 1.5 --target "$target" \
        --override-filename release-sbom
    mv crates/cli/release-sbom.json "$out/$name.cdx.json"

    # As Docker calls the architectures.
    case $target in x86_64-*) image=amd64 ;; aarch64-*) image=arm64 ;; esac
    mkdir "$out/image/$image"
    cp -r "$staging/$name/pressmark" "$staging/$name/licenses" "$out/image/$image"
    # Long documents need a folder for temporary files, and an empty image has none.
    mkdir -m 1777 "$out/image/$image/tmp"

    if [ -n "$wheels" ]; then
        gnu=${target%-musl}-gnu
        rustup target list --installed | grep -qx "$gnu" || rustup target add "$gnu"
        python scripts/release/third_party.py pressmark-python "$gnu" "$zig" >crates/python/licenses/THIRD-PARTY.txt
        maturin build --release --locked --zig --target "$gnu" --compatibility manylinux2014 --interpreter python3 \
            --manifest-path crates/python/Cargo.toml --out "$out"
    fi
done

(cd "$out" && find . -maxdepth 1 -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
ls -l "$out"
