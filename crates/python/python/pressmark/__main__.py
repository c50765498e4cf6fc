"""``python -m pressmark`` is the command ``pressmark``."""

import sys

from pressmark._native import run_command

if __name__ == "__main__":
    sys.exit(run_command(["pressmark", *sys.argv[1:]]))
