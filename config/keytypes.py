"""Define the types of settings, each with a check and a description.

A check raises a bare ValueError; `config.settings` writes the message from `Takes`.
"""

import os
import re
import stat
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from config.visible import visible


@dataclass(frozen=True, slots=True)
class Takes:
    """What a key takes; completes "... but must be"."""

    description: str


#: the characters of RFC 3986 without the apostrophe, and letters of any script
_URL = re.compile(r"(?:[\w.~:/\[\]@!$&()*+,;=-]|%[0-9A-Fa-f]{2})+")


def base_url(value: str) -> str:
    """Return an http:// or https:// address without its last slash, or raise ValueError."""
    parts = urlsplit(value)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or "?" in value
        or "#" in value
        or "@" in parts.netloc
        or not _URL.fullmatch(value)
        or visible(value) != value
    ):
        raise ValueError(value)
    _ = parts.port  # raises ValueError if it is not a port number
    return value.rstrip("/")


def _one_line(value: str) -> str:
    if not value.isprintable() or visible(value) != value:
        raise ValueError(value)
    return value


def _terms_first(value: tuple[str, ...]) -> tuple[str, ...]:
    if value[:1] != ("tfidf",) or len(set(value)) < len(value):
        raise ValueError(value)
    return value


def _stated(value: str) -> str:
    if not value.strip():
        raise ValueError(value)
    return value


def _header_text(value: str) -> str:
    if not value.isascii():
        raise ValueError(value)
    return _one_line(value)


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, LookupError) as error:  # a directory's name, an unknown name
        raise ValueError(value) from error
    return value


def _optional_day(value: str) -> str:
    if value and date.fromisoformat(value).isoformat() != value:
        raise ValueError(value)
    return value


def _path(value: object) -> object:
    if value == "":
        raise ValueError(value)
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError(value)
        try:
            path = Path(value).expanduser()
        except RuntimeError as error:  # ~name of a user that does not exist
            raise ValueError(value) from error
        if os.path.normpath(path) in {"/", "//"}:
            raise ValueError(value)
    return value


def _file_path(value: object) -> object:
    """Refuse what can only be a directory."""
    if isinstance(value, str) and (value.endswith("/") or Path(value).name in {"", ".."}):
        raise ValueError(value)
    return _path(value)


def _optional_file(value: object) -> object:
    return None if value == "" else _file_path(value)


def _list_paths(value: object) -> object:
    """Take one path as a list of one, and empty text as none."""
    paths = value if isinstance(value, list | tuple) else [value]
    # A tuple, because strict validation takes a list for one only where no check came before.
    return () if list(paths) == [""] else tuple(_path(path) for path in paths)


def _network(value: str) -> str:
    return str(ip_network(value, strict=False))


@dataclass(frozen=True, slots=True)
class Secret:
    """Marks a value that no message repeats."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a path may name if something is there already: see `what_is_at`."""

    accepted: frozenset[str]


def what_is_at(path: Path) -> str:
    """Return `a file`, `a directory`, `a device` or, for what cannot be seen, empty text."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return ""
    if stat.S_ISREG(mode):
        return "a file"
    return "a directory" if stat.S_ISDIR(mode) else "a device"


# Empty text means None, because TOML has no null.
FilePath = Annotated[
    Path,
    BeforeValidator(_file_path),
    Takes("the path of a file"),
    Names(frozenset({"", "a file"})),
]
OptionalFile = Annotated[
    Path | None,
    BeforeValidator(_optional_file),
    Takes("the path of a file, or nothing"),
    Names(frozenset({"", "a file", "a device"})),  # /dev/null takes a log
]
ListPaths = Annotated[
    tuple[Path, ...],
    BeforeValidator(_list_paths),
    Takes("files and directories: one path, a list of paths, or nothing"),
    Names(frozenset({"", "a file", "a directory"})),
]
DirectoryPath = Annotated[
    Path,
    BeforeValidator(_path),
    Takes("the path of a directory, not the root"),
    Names(frozenset({"", "a directory"})),
]
OptionalDirectory = Annotated[
    Path | None,
    BeforeValidator(lambda value: None if value == "" else _path(value)),
    Takes("the path of a directory, or nothing"),
    Names(frozenset({"", "a directory"})),
]
Text = Annotated[str, AfterValidator(_one_line), Takes("text on one line")]
Name = Annotated[
    str, AfterValidator(_one_line), AfterValidator(_stated), Takes("a name on one line")
]
HeaderText = Annotated[str, AfterValidator(_header_text), Takes("plain ASCII text on one line")]
BaseUrl = Annotated[
    str,
    AfterValidator(base_url),
    Takes("an http:// or https:// address without user name, query or fragment"),
]
OptionalUrl = Annotated[
    str,
    AfterValidator(lambda value: value and base_url(value)),
    Takes("an http:// or https:// address without user name, query or fragment, or nothing"),
]
Seconds = Annotated[
    float, Field(gt=0, allow_inf_nan=False), Takes("a number of seconds above zero")
]
Interval = Annotated[
    float,
    Field(ge=0, allow_inf_nan=False),
    Takes(
        "a number of seconds, 3 or more (0 or more only when every arXiv URL is a loopback address)"
    ),
]
IssueStates = Annotated[Literal["built", "approved"], Takes("built or approved")]
Natural = Annotated[int, Field(ge=0, le=2**32 - 1), Takes("a whole number, 0 or more")]
Positive = Annotated[int, Field(ge=1, le=2**32 - 1), Takes("a whole number, 1 or more")]
Percent = Annotated[int, Field(ge=0, le=100), Takes("a whole number of percent from 0 to 100")]
KeyBindings = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*=\S+$")], ...],
    Takes('a list of keys by action such as "approve=y"'),
]
HowListed = Annotated[Literal["in-place", "branch"], Takes('"in-place" or "branch"')]
BranchName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9._/{}-]{1,100}$"),
    Takes("the name of a branch, which may have {digest} and {date} in it"),
]
Proposals = Annotated[
    tuple[Literal["moves", "withdrawals", "publications", "ending"], ...],
    Takes('a list of "moves", "withdrawals", "publications" and "ending"'),
]
Targets = Annotated[
    tuple[Literal["list", "digest", "feeds", "site"], ...],
    Takes('a list of "list", "digest", "feeds" and "site"'),
]
Rhythm = Annotated[Literal["", "weekly", "monthly"], Takes('"weekly" or "monthly", or nothing')]
Explained = Annotated[Literal["decided", "listed", "none"], Takes("decided, listed or none")]
OptionalDay = Annotated[
    str, AfterValidator(_optional_day), Takes('a day such as "2026-08-31", or nothing')
]
People = Annotated[tuple[Name, ...], Takes("a list of names, each on one line")]
Phrases = Annotated[tuple[Name, ...], Takes("a list of phrases, each on one line")]
Representations = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")], ...],
    AfterValidator(_terms_first),
    Takes('a list of names of representations, each once and "tfidf" first'),
]
PageLanguage = Annotated[Literal["auto", "en", "zh"], Takes('"auto", "en" or "zh"')]
Days = Annotated[int, Field(ge=0, le=365), Takes("a whole number of days from 0 to 365")]
Port = Annotated[int, Field(ge=0, le=65535), Takes("a port number from 0 to 65535")]
Host = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9.:_-]+$"), Takes("a host name or an address to listen on")
]
HostNames = Annotated[
    tuple[
        Annotated[
            str,
            Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"),
            AfterValidator(str.lower),
        ],
        ...,
    ],
    Takes('a list of host names without port, such as "review.example.org"'),
]
Networks = Annotated[
    tuple[Annotated[str, AfterValidator(_network)], ...],
    Takes('a list of IP addresses and networks such as "10.0.0.0/8"'),
]
Sets = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[A-Za-z-]+(:[A-Za-z-]+)*$")], ...],
    Field(min_length=1),
    Takes('a list of arXiv set names such as "cs" or "cs:cs:CV", at least one'),
]
Categories = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[a-z-]+(\.[A-Za-z-]+)?$")], ...],
    Field(min_length=1),
    Takes('a list of arXiv categories such as "cs.CV", at least one'),
]
Languages = Annotated[
    tuple[Literal["en", "zh"], ...],
    Field(min_length=1),
    Takes('a list of "en" and "zh", at least one'),
]
Pause = Annotated[float, Field(ge=0, allow_inf_nan=False), Takes("a number of seconds, 0 or more")]
Strikes = Annotated[int, Field(ge=1, le=100), Takes("a whole number from 1 to 100")]
RuleCodes = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")], ...],
    Takes('a list of rules such as "several-sections"'),
]
LogLevel = Annotated[
    Literal["auto", "debug", "info", "warning", "error"],
    Takes("auto, debug, info, warning or error"),
]
ExecutorName = Annotated[Literal["inline", "processes", "dask"], Takes("inline, processes or dask")]
DaskAddress = Annotated[
    str,
    Field(pattern=r"^((tcp|tls|ws|wss)://[A-Za-z0-9.:_\[\]-]+)?$"),
    Takes('an address such as "tcp://127.0.0.1:8786", or nothing'),
]
LogFormat = Annotated[Literal["text", "logfmt", "json"], Takes("text, logfmt or json")]
TimeOfDay = Annotated[
    str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), Takes('a time of day such as "00:30"')
]
OptionalTimeOfDay = Annotated[
    str,
    Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9])?$"),
    Takes('a time of day such as "08:30", or nothing'),
]
TimeZone = Annotated[
    str, AfterValidator(_time_zone), Takes('an IANA time zone such as "America/New_York"')
]
