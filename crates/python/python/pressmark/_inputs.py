"""What users give, as bytes and the format in which they are read."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Optional, Union

#: A text, the bytes of a page or of a text, or a mapping with the text and what is known of it.
Input = Union[str, bytes, bytearray, memoryview, Mapping[str, Any]]


def is_arrow(data: object) -> bool:
    """Whether an object hands over its data through the Arrow C data interface."""
    return hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__")


def as_pair(item: object, format: Optional[str] = None, known: Optional[Mapping[str, Any]] = None) -> tuple[bytes, str]:
    """Return the bytes of an input and the name of their format.

    A mapping, and a text of which something is known, are read as the command reads a line of a JSONL file.
    """
    known = {key: value for key, value in (known or {}).items() if value is not None}
    if isinstance(item, Mapping):
        return as_json({**item, **known}), "jsonl"
    if isinstance(item, (bytes, bytearray, memoryview)):
        if not known:
            return bytes(item), format or "txt"
        try:
            item = bytes(item).decode("utf-8")
        except UnicodeDecodeError as error:
            from pressmark._errors import InputError

            raise InputError(f"beside title, date or url the bytes must be UTF-8; decode them first: {error}") from None
    if not isinstance(item, str):
        kind = type(item).__name__
        raise TypeError(f"cannot annotate {kind}; expected a text, bytes or a mapping with a text (a path: annotate_files)")
    if not known:
        try:
            return item.encode("utf-8"), format or "txt"
        except UnicodeEncodeError:
            # A lone surrogate, which UTF-8 cannot write and JSON can: the record will tell of it.
            pass
    return as_json({**known, "text": item}), "jsonl"


def as_json(fields: Mapping[str, Any]) -> bytes:
    """Return fields as one line of JSON, without those that are missing."""
    present = {str(name): value for name, value in fields.items() if not _is_missing(value)}
    return json.dumps(present, ensure_ascii=_has_surrogates(present), default=str).encode("utf-8")


def _is_missing(value: object) -> bool:
    # None, and what pandas has for missing values: NaN, NaT, NA.
    return value is None or type(value).__name__ in ("NaTType", "NAType") or isinstance(value, float) and math.isnan(value)


def _has_surrogates(fields: Mapping[str, Any]) -> bool:
    def is_lone(value: object) -> bool:
        return isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value)

    return any(is_lone(value) for value in fields.values())
