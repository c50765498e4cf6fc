"""What the tests share: one annotator, a few texts, and the command of the same wheel."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import List

import pytest

import pressmark

TEXTS = [
    "OSLO — Transport minister Ingrid Solberg closed the old bridge on Monday. “It is not safe,” Solberg told reporters in Oslo. "
    "Engineers from the University of Bergen had found cracks in two of its piers.",
    "The ferry company Norled said it would cut forty jobs in Bergen. “We had no choice,” said its director, Kari Moe.",
    "😀 Farmers in Mercedes, Argentina, fear that the new tax on exports will ruin them, the paper La Nación writes.",
    "",
]


@pytest.fixture(scope="session")
def press() -> pressmark.Annotator:
    return pressmark.Annotator()


@pytest.fixture(scope="session")
def seeds() -> Path:
    return Path(__file__).resolve().parents[3] / "seeds"


def command() -> str:
    """The console script beside the interpreter that runs the tests."""
    found = shutil.which("pressmark", path=str(Path(sys.executable).parent))
    assert found, "the wheel has put no command on the path"
    return found


def run_command(*args: str, stdin: bytes = b"") -> List[str]:
    """The lines that the command writes to standard output."""
    done = subprocess.run([command(), *args], input=stdin, stdout=subprocess.PIPE, check=False)
    assert done.returncode in (0, 1), done.returncode
    return done.stdout.decode("utf-8").splitlines()
