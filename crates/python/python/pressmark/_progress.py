"""A progress bar where tqdm is installed, else a line that counts."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Iterator
from typing import Optional, TypeVar

_T = TypeVar("_T")


def count(rows: Iterator[_T], total: Optional[int]) -> Iterator[_T]:
    """Give the rows as they come, and show on standard error how many there were, if that is a terminal or a notebook."""
    try:
        with warnings.catch_warnings():
            # In a notebook without ipywidgets it warns, and shows the bar as text.
            warnings.simplefilter("ignore")
            from tqdm.auto import tqdm
    except ImportError:
        yield from _plain(rows, total) if sys.stderr.isatty() else rows
        return
    # `None`: not where standard error is a file.
    yield from tqdm(rows, total=total, unit=" documents", disable=None)


def _plain(rows: Iterator[_T], total: Optional[int]) -> Iterator[_T]:
    start = shown = time.monotonic()
    done = 0
    of = "" if total is None else f" of {total}"
    try:
        for row in rows:
            done += 1
            now = time.monotonic()
            if now - shown >= 0.2:
                shown = now
                sys.stderr.write(f"\r{done}{of} documents, {done / (now - start):.0f}/s ")
                sys.stderr.flush()
            yield row
    finally:
        sys.stderr.write(f"\r{done}{of} documents in {time.monotonic() - start:.1f} s\n")
