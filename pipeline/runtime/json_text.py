"""Write reports as JSON: dataclasses, dates and paths included."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from math import isfinite
from pathlib import Path
from typing import Any

from config.visible import escape_invisible


def plain(value: Any) -> Any:
    """Return a report as JSON values: dataclasses become objects, instants ISO 8601 text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and not isfinite(value):
        return None  # JSON has no NaN
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return [plain(item) for item in items]
    return value


def as_json(document: Any) -> str:
    """Return a report as JSON text, as `--json` prints it; invisible characters are escaped."""
    return escape_invisible(json.dumps(plain(document), ensure_ascii=False, indent=2)) + "\n"
