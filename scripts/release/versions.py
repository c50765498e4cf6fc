"""Prints the version, after checking that the same one stands everywhere, and that `cargo binstall` asks for the archives
that scripts/release.sh makes.

On a commit with a tag, the tag and the newest entry of CHANGELOG.md must name that version too.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def toml(path):
    return tomllib.loads((ROOT / path).read_text(encoding="utf-8"))


def first_line(path, start):
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    return next(line.removeprefix(start) for line in lines if line.startswith(start))


def main():
    workspace = toml("Cargo.toml")["workspace"]
    version = workspace["package"]["version"]
    wrong = []

    def check(place, found):
        if found != version:
            wrong.append(f"{place} has {found}, not {version}")

    for name, dependency in workspace["dependencies"].items():
        if "path" in dependency:
            check(f"Cargo.toml, {name}", dependency["version"])
    for package in toml("Cargo.lock")["package"]:
        if "source" not in package:
            check(f"Cargo.lock, {package['name']}", package["version"])
    # maturin takes the version of the wheel from Cargo.
    if "version" not in toml("crates/python/pyproject.toml")["project"]["dynamic"]:
        wrong.append("crates/python/pyproject.toml has a version of its own")
    check("CITATION.cff", first_line("CITATION.cff", "version: "))
    newest = first_line("CHANGELOG.md", "## ")
    tags = subprocess.check_output(["git", "tag", "--points-at", "HEAD", "v*"], cwd=ROOT, text=True).split()
    if tags:
        check("the tag", tags[0].removeprefix("v"))
    if tags or newest != "Unreleased":
        check("CHANGELOG.md", newest.split()[0])

    binstall = toml("crates/cli/Cargo.toml")["package"]["metadata"]["binstall"]
    folder = "pressmark-{ version }-{ target }"
    if not binstall["pkg-url"].endswith(f"/v{{ version }}/{folder}.tar.gz"):
        wrong.append(f"cargo binstall would fetch {binstall['pkg-url']}")
    if binstall["bin-dir"] != f"{folder}/{{ bin }}{{ binary-ext }}":
        wrong.append(f"cargo binstall would look for {binstall['bin-dir']}")

    if wrong:
        sys.exit("\n".join(wrong))
    print(version)


if __name__ == "__main__":
    main()
