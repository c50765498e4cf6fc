#!/usr/bin/env bash
# Tries what scripts/release.sh made, as far as this machine can:
#
#   scripts/release/check.sh DIR PRESSMARK
#
# DIR is its folder, PRESSMARK a program built the usual way, whose rows the static one must write too. What cannot be had here is
# named as skipped. As root on Debian it installs mandoc, zsh, fish, buildah and qemu-user-static where they are missing.
set -euo pipefail
cd "$(dirname "$0")/../.."

dist=$(realpath "$1")
reference=$(realpath "$2")
export PATH="${XDG_CACHE_HOME:-$HOME/.cache}/pressmark/release/bin:$PATH"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

have() { # PROGRAM [PACKAGE]
    command -v "$1" >/dev/null && return
    (apt-get update -qq && apt-get install -y -qq --no-install-recommends "${2:-$1}") >/dev/null 2>&1 && return
    echo "skipped: $1 cannot be had here"
    return 1
}

(cd "$dist" && sha256sum --check --quiet SHA256SUMS)

# Articles, and one long enough to need a temporary file.
mkdir "$work/in"
cp seeds/0*.txt "$work/in"
# No two paragraphs alike, which would be left out.
for i in $(seq 60); do sed "s/ the / the $i /g" seeds/01-ferry-dispute.txt; done >"$work/in/long.txt"
(cd "$work" && "$reference" annotate in -o expected.jsonl)

# A root with the program, the texts and a folder for the rows, no libraries and no /tmp.
in_empty_root() { # PROGRAM [EMULATOR]
    local root=$work/root
    mkdir "$root" "$root/out"
    cp "$1" "$root/pressmark"
    cp -r "$work/in" "$root/in"
    [ -z "${2:-}" ] || cp "$2" "$root/emulator"
    local enter=(chroot "$root")
    [ "$(id -u)" = 0 ] || enter=(unshare --user --map-root-user "${enter[@]}")
    "${enter[@]}" ${2:+/emulator -cpu max} /pressmark annotate in -o out/rows.jsonl
    cmp "$work/expected.jsonl" "$root/out/rows.jsonl"
    rm -r "$root"
}

for archive in "$dist"/*.tar.gz; do
    name=$(basename "$archive" .tar.gz)
    tar -xzf "$archive" -C "$work"
    for file in README.md CHANGELOG.md CITATION.cff man/pressmark.1 completions/pressmark.bash licenses/LICENSE-MIT \
        licenses/LICENSE-APACHE licenses/LICENSE-pressmark-news licenses/LICENSE-pressmark-news-small licenses/THIRD-PARTY.txt; do
        [ -s "$work/$name/$file" ] || { echo "$name lacks $file"; exit 1; }
    done
    if readelf --program-headers "$work/$name/pressmark" | grep INTERP; then
        echo "$name is not static"
        exit 1
    fi
    case $name in
        *"$(uname -m)"*) in_empty_root "$work/$name/pressmark" ;;
        *aarch64*)
            have qemu-aarch64-static qemu-user-static || continue
            in_empty_root "$work/$name/pressmark" "$(command -v qemu-aarch64-static)" ;;
    esac
    echo "$name: static, and writes the same rows in an empty root"
done

pages=$(echo "$work"/pressmark-*/man | cut -d' ' -f1)
if have mandoc; then
    # Its warnings are about blank lines that clap_mangen leaves.
    mandoc -T lint -W error "$pages"/*.1
fi
completions=${pages%man}completions
bash -n "$completions/pressmark.bash"
if have zsh; then zsh -n "$completions/_pressmark"; fi
if have fish; then fish --no-execute "$completions/pressmark.fish"; fi

python scripts/release/sbom.py "$dist"/*.cdx.json

# It holds on to an old version of a library that the SBOM's check needs newer.
cff="${XDG_CACHE_HOME:-$HOME/.cache}/pressmark/cff"
[ -x "$cff/bin/python" ] || python3 -m venv "$cff"
"$cff/bin/pip" install --quiet --disable-pip-version-check cffconvert==2.0.0
"$cff/bin/cffconvert" --validate

for wheel in "$dist"/*.whl; do
    [ -e "$wheel" ] || continue
    auditwheel show "$wheel" | grep -o '"manylinux_2_1[0-7]_[a-z0-9_]*"'
    unzip -l "$wheel" | grep -q 'licenses/THIRD-PARTY.txt'
done

hadolint Dockerfile
if [ "$(id -u)" = 0 ] && [ -d "$dist/image/amd64" ] && have buildah; then
    # `vfs` and `chroot` need nothing of the kernel that a container may lack.
    b() { buildah --root "$work/images" --runroot "$work/run" --storage-driver vfs "$@"; }
    mkdir -p "$work/context/dist"
    cp -r "$dist/image" "$work/context/dist"
    b bud --isolation chroot --quiet --build-arg VERSION="$(python scripts/release/versions.py)" \
        --build-arg REVISION="$(git rev-parse HEAD 2>/dev/null || true)" -f Dockerfile -t pressmark "$work/context"
    container=$(b from pressmark)
    root=$(b mount "$container")
    find "$root" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | xargs echo "the image holds:"
    mkdir "$work/data"
    cp -r "$work/in" "$work/data/in"
    chown -R 65532:65532 "$work/data"
    b run --isolation chroot -v "$work/data:/data" "$container" /pressmark annotate in -o rows.jsonl
    cmp "$work/expected.jsonl" "$work/data/rows.jsonl"
    b rm "$container" >/dev/null
    echo "image: writes the same rows, as a user without rights"
fi
