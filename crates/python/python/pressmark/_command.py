"""The command ``pressmark``, as the console script of the wheel."""

import sys

from pressmark._native import run_command


def main() -> int:
    """Run the command on the arguments of this process and return its exit code."""
    return run_command(sys.argv)
