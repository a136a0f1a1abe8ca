"""Read issues as `gh issue list --json` or GitHub's REST API writes them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from config.errors import UsageError
from pipeline.suggestions.clean import clean_line

#: bytes of a file: 65,536 an issue and 500 issues, which is far more than a survey gets
LONGEST_EXPORT = 40_000_000
_HINT = (
    "Write it with `gh issue list --label suggestion --state all --limit 1000 --json"
    " number,title,body,author,state,url > issues.json`."
)


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue of GitHub."""

    #: such as `OWNER/NAME#12`, or `#12` where the export does not name its repository
    origin: str
    title: str
    body: str
    author: str
    open: bool


def read_issues(text: str) -> tuple[Issue, ...]:
    """Return the issues of an export; pull requests are left out.

    Several documents may follow each other, as `gh api --paginate` writes pages.

    Raises:
        UsageError: it is no export of issues.
    """
    if len(text) > LONGEST_EXPORT:
        raise UsageError(
            f"The export has more than {LONGEST_EXPORT // 1_000_000} MB.",
            hint="Export fewer issues at a time.",
        )
    return tuple(_issue(one) for one in _documents(text.lstrip("\ufeff")) if not _is_pull(one))


def _documents(text: str) -> Iterator[Mapping[str, Any]]:
    decoder, position = json.JSONDecoder(), 0
    while (position := _skip(text, position)) < len(text):
        try:
            found, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            raise UsageError("The export is not JSON.", hint=_HINT) from error
        if isinstance(found, dict):
            found = found["items"] if isinstance(found.get("items"), list) else [found]
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise UsageError("The export has no list of issues.", hint=_HINT)
        yield from found


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _is_pull(one: Mapping[str, Any]) -> bool:
    return "pull_request" in one


def _issue(one: Mapping[str, Any]) -> Issue:
    number = one.get("number")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise UsageError("An issue of the export has no number.", hint=_HINT)
    author = one.get("author") or one.get("user") or {}
    login = author.get("login") if isinstance(author, dict) else author
    return Issue(
        origin=f"{_repository(one)}#{number}",
        title=_text(one.get("title")),
        body=_text(one.get("body")),
        author=clean_line(_text(login)),
        open=_text(one.get("state") or "open").lower() == "open",
    )


def _repository(one: Mapping[str, Any]) -> str:
    """Return `owner/name` in lower case from the address of an issue; empty: it is not stated."""
    for name in ("html_url", "url"):
        try:
            path = urlsplit(_text(one.get(name))).path
        except ValueError:  # brackets without an address in them
            continue
        parts = [part for part in path.split("/") if part]
        parts = parts[1:] if parts[:1] == ["repos"] else parts
        if len(parts) == 4 and parts[2] == "issues":
            return clean_line(f"{parts[0]}/{parts[1]}").lower()[:200]
    return ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
