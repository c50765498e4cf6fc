"""Writes the licences of everything that is linked into a package: of crates, of C code in them, and of musl libc.

    third_party.py PACKAGE TARGET FOLDER_OF_ZIG > THIRD-PARTY.txt

Reads the sources that cargo builds from; nothing is fetched. Ends with 1 where a crate names no licence at all.
"""

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

LICENCE_FILE = re.compile(r"(licen[cs]e|copying|copyright|notice|unlicense)", re.IGNORECASE)
# C code inside crates that has a licence file of its own.
INSIDE = {"zstd-sys": "zstd/LICENSE", "libmimalloc-sys": "c_src/mimalloc/LICENSE"}


def cargo(*args):
    return subprocess.run(["cargo", *args], check=True, capture_output=True, text=True).stdout


def linked(package, target):
    """Ids `name version` of what is linked, without ours and without macros."""
    tree = cargo("tree", "--locked", "-p", package, "--target", target, "-e", "normal,no-proc-macro",
                 "--prefix", "none", "--format", "{p}")  # fmt: skip
    lines = {line.removesuffix(" (*)") for line in tree.splitlines() if line}
    return {tuple(line.split()[:2]) for line in lines if "(/" not in line}


def texts(package):
    folder = Path(package["manifest_path"]).parent
    files = [f for f in sorted(folder.iterdir()) if f.is_file() and LICENCE_FILE.match(f.name)]
    named = folder / (package["license_file"] or ".")
    inside = folder / INSIDE.get(package["name"], ".")
    files += [f for f in (named, inside) if f.is_file() and f not in files]
    return [f.read_text(encoding="utf-8", errors="replace").strip() for f in files]


def main():
    package, target, zig = sys.argv[1:]
    metadata = json.loads(cargo("metadata", "--locked", "--format-version", "1", "--filter-platform", target))
    known = {(p["name"], "v" + p["version"]): p for p in metadata["packages"]}
    crates = [known[key] for key in sorted(linked(package, target))]
    unlicensed = [p["name"] for p in crates if not (p["license"] or p["license_file"])]

    holders = defaultdict(list)
    print(f"What {package} for {target} is linked from, beside crates of its own, and under which licences.\n")
    for crate in crates:
        name = f"{crate['name']} {crate['version']}"
        found = texts(crate)
        print(f"{name}: {crate['license'] or crate['license_file']}{'' if found else ' (no text in its package)'}")
        for text in found:
            holders[text].append(name)
    if "musl" in target:
        holders[(Path(zig) / "lib/libc/musl/COPYRIGHT").read_text(encoding="utf-8").strip()].append("musl libc")

    for text, names in holders.items():
        print("\n" + "=" * 100 + "\n" + ", ".join(sorted(set(names))) + "\n" + "-" * 100 + "\n\n" + text)
    if unlicensed:
        sys.exit("without a licence: " + ", ".join(unlicensed))


if __name__ == "__main__":
    main()
