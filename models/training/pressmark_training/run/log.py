"""One line a message, with the time."""

import time


def log(message: str) -> None:
    """Prints a message at once."""
    print(time.strftime("%H:%M:%S", time.gmtime()), message, flush=True)
