"""Find addresses of code and project pages in an abstract or a comment.

Only public http(s) addresses without user names or passwords, because the untrusted text is
published as links.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlsplit, urlunsplit

#: of each kind, per paper
MOST_LINKS = 3
_LONGEST = 500  # characters


class LinkKind(StrEnum):
    """What a link leads to."""

    CODE = "code"
    PROJECT = "project"
    #: a copy of code without its authors' names, for the time of a review
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Link:
    """One normalised address and the name of its host for people."""

    kind: LinkKind
    url: str
    host: str

    @property
    def place(self) -> str:
        """Host and path, as shown to readers."""
        return self.url.partition("://")[2].rstrip("/").removeprefix("www.")


# Hosts of code, models or data sets: domain -> name.
_CODE_HOSTS = {
    "github.com": "GitHub",
    "gitlab.com": "GitLab",
    "huggingface.co": "Hugging Face",
    "hf.co": "Hugging Face",
    "bitbucket.org": "Bitbucket",
    "codeberg.org": "Codeberg",
    "gitee.com": "Gitee",
    "modelscope.cn": "ModelScope",
    "kaggle.com": "Kaggle",
    "sourceforge.net": "SourceForge",
    "zenodo.org": "Zenodo",
}
# Mirrors that hide the authors: domain -> name. They disappear after the review.
_ANONYMOUS_HOSTS = {
    "anonymous.4open.science": "anonymous.4open.science",
    "anonymous-github.fr": "anonymous-github.fr",
    "anonymfile.com": "anonymfile.com",
}
_GIT_HOSTS = ("github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gitee.com")
# Links there need no further evidence.
_PAGE_HOSTS = (
    "github.io",
    "gitlab.io",
    "sites.google.com",
    "pages.dev",
    "netlify.app",
    "vercel.app",
    "notion.site",
    "readthedocs.io",
)
# Never the paper's own page.
_OTHER_HOSTS = (
    "arxiv.org",
    "doi.org",
    "acm.org",
    "aclanthology.org",
    "creativecommons.org",
    "elsevier.com",
    "ieee.org",
    "jmlr.org",
    "mdpi.com",
    "nature.com",
    "neurips.cc",
    "openreview.net",
    "sciencedirect.com",
    "springer.com",
    "thecvf.com",
    "wikipedia.org",
    "wiley.com",
)

_URL_CHARACTERS = r"[A-Za-z0-9\-._~:/?#@!&()*+,;=%]"
_KNOWN = "|".join(re.escape(host) for host in (*_CODE_HOSTS, *_ANONYMOUS_HOSTS, *_PAGE_HOSTS))
_ADDRESS = re.compile(
    rf"https?://{_URL_CHARACTERS}+"
    # Without a scheme only known hosts match, because "and/or" and "e.g./i.e." look like hosts.
    rf"|(?<![\w.@/:\-])(?:www\.)?(?:[a-z0-9\-]+\.)*(?:{_KNOWN})/?{_URL_CHARACTERS}*",
    re.IGNORECASE | re.ASCII,
)
_TEX_ESCAPE = re.compile(r"\\([_%#&~$])(?:\{\})?")
_TEX_TILDE = re.compile(r"\\textasciitilde(?:\{\})?|\$\\sim\$|\\sim(?![a-z])")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
#: a part of a path that leads up or nowhere, also as a server decodes it
_DOTS = re.compile(r"/(?:\.|%2e){1,2}(?=/|$)", re.IGNORECASE)
_SAYS_PAGE = re.compile(
    r"project|web\s?-?(?:page|site)|home\s?page|\bpage|demo|\bsite|available|visit|"
    r"\bcode\b|videos?\b|results",
    re.IGNORECASE,
)
_NEARBY = 60  # characters before an address that may describe it


def find_links(*texts: str | None) -> tuple[Link, ...]:
    """Return up to `MOST_LINKS` links of each kind, by kind and order of appearance."""
    found: dict[str, Link] = {}
    for text in texts:
        for link in _links_in(text or ""):
            found.setdefault(_sameness(link), link)
    return tuple(
        link
        for kind in LinkKind
        for link in [link for link in found.values() if link.kind is kind][:MOST_LINKS]
    )


def _links_in(text: str) -> Iterable[Link]:
    plain = _TEX_TILDE.sub("~", _TEX_ESCAPE.sub(r"\1", text))
    for match in _ADDRESS.finditer(plain):
        url = normalise_url(_without_punctuation(match[0]))
        if url is None:
            continue
        before = plain[max(0, match.start() - _NEARBY) : match.start()]
        if link := _classify(url, before):
            yield link


def _without_punctuation(address: str) -> str:
    """Remove trailing marks and an unopened parenthesis."""
    while True:
        bare = address.rstrip(".,;:!?*~#&+=")
        if bare.endswith(")") and bare.count(")") > bare.count("("):
            bare = bare[:-1]
        bare = bare.removesuffix("(")
        if bare == address:
            return bare
        address = bare


def normalise_url(address: str) -> str | None:
    """Return the address in one form, or None if it must not be linked.

    Code hosts become https without `.git` and without a trailing slash.
    """
    if "://" not in address[:8]:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    if (
        parts.scheme not in {"http", "https"}
        or "@" in parts.netloc
        or not _HOST.fullmatch(host)
        or _DOTS.search(parts.path)
        or len(address) > _LONGEST
    ):
        return None
    scheme, path = parts.scheme, parts.path
    if _within(host, _CODE_HOSTS):
        scheme = "https"
        path = path.rstrip("/")
        if _within(host, _GIT_HOSTS):
            path = path.removesuffix(".git")
    elif not path:
        path = "/"
    default = {"http": 80, "https": 443}[parts.scheme]
    netloc = host if port in {None, default} else f"{host}:{port}"
    return urlunsplit(
        (
            scheme,
            netloc,
            quote(path, safe="/~:@!&()*+,;=%-._"),
            quote(parts.query, safe="/?~:@!&()*+,;=%-._"),
            quote(parts.fragment, safe="/?~:@!&()*+,;=%-._"),
        )
    )


def _classify(url: str, before: str) -> Link | None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if code_host := _within(host, _CODE_HOSTS):
        # The front page of a code host is not code, nor is another service of its machine;
        # huggingface.co/papers holds abstracts.
        if parts.port or not parts.path.strip("/") or parts.path.startswith("/papers/"):
            return None
        return Link(LinkKind.CODE, url, _CODE_HOSTS[code_host])
    if mirror := _within(host, _ANONYMOUS_HOSTS):
        named = bool(parts.path.strip("/"))
        return Link(LinkKind.ANONYMOUS, url, _ANONYMOUS_HOSTS[mirror]) if named else None
    if host.startswith("gitlab.") and parts.path.strip("/"):
        return Link(LinkKind.CODE, url, host)
    if page_host := _within(host, _PAGE_HOSTS):
        bare = host == page_host and not parts.path.strip("/")
        return None if bare else Link(LinkKind.PROJECT, url, host)
    if _within(host, _OTHER_HOSTS) or not _SAYS_PAGE.search(before):
        return None
    return Link(LinkKind.PROJECT, url, host.removeprefix("www."))


def _within(host: str, domains: Iterable[str]) -> str | None:
    return next((d for d in domains if host == d or host.endswith(f".{d}")), None)


def _sameness(link: Link) -> str:
    """GitHub ignores case and scheme."""
    return link.place.lower()
