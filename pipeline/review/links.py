"""Finds code and project links in an abstract or comment; follows none of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

#: an address with its scheme, or one of the hosts that authors write without one
_ADDRESS = re.compile(
    r"""(?:https?://|(?<![\w@./-])(?=(?:www\.)?(?:github\.com|gitlab\.com|huggingface\.co|[\w-]+\.github\.io)/))
        [^\s<>"'`{}|\\^]+""",
    re.IGNORECASE | re.VERBOSE,
)
_CODE_HOSTS = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gitee.com"})
_MODEL_HOSTS = frozenset({"huggingface.co", "modelscope.cn"})
_CLOSING = {")": "(", "]": "["}


@dataclass(frozen=True, slots=True)
class Link:
    """An address a paper's own text gives; `kind` says what it looks like."""

    kind: str
    url: str
    #: what the reader sees: the host the link really leads to, and the path
    text: str


def _without_tail(address: str) -> str:
    """Return the address without the punctuation of the sentence around it."""
    while address:
        last = address[-1]
        unopened = last in _CLOSING and address.count(_CLOSING[last]) < address.count(last)
        if last not in ".,;:!?*$~" and not unopened:
            break
        address = address[:-1]
    return address


def _split(address: str) -> SplitResult | None:
    """Return the parts of an honest address: a plain host name, no user part (`a.org@b.org`)."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return None
    if "@" in parts.netloc or "." not in host or not host.isascii():
        return None
    return parts


def _kind(host: str) -> str:
    if host in _CODE_HOSTS:
        return "Code"
    if host in _MODEL_HOSTS:
        return "Models"
    if host.endswith((".github.io", ".gitlab.io")):
        return "Project"
    return "Link"


def find_links(*texts: str | None) -> tuple[Link, ...]:
    """Return the links in the texts in order, each once; arXiv's own are left out."""
    found: dict[str, Link] = {}
    for address in _addresses(texts):
        parts = _split(address)
        if parts is None:
            continue
        host = (parts.hostname or "").removeprefix("www.")
        if host == "arxiv.org" or host.endswith(".arxiv.org"):
            continue
        shown = f"{host}{parts.path}".rstrip("/")
        found.setdefault(shown.lower(), Link(_kind(host), address, shown))
    return tuple(found.values())


def _addresses(texts: Iterable[str | None]) -> Iterable[str]:
    for text in texts:
        for match in _ADDRESS.finditer(text or ""):
            address = _without_tail(match[0])
            yield address if "://" in address else f"https://{address}"
