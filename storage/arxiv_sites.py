"""Sites whose addresses carry an arXiv ID.

A site is listed if its addresses carry arXiv's own ID. Papers With Code, OpenReview or
deeplearn.org number papers themselves and are not.
"""

import re
from dataclasses import dataclass

# what stands before the ID in an address of arXiv, of its mirrors and of ar5iv
_ARXIV = (
    r"(?:(?:abs|pdf|html|src|e-print|ps|dvi|format|bibtex|tb|cits|refs|(?:vc|ftp)/arxiv/papers"
    r"/[0-9]{4})/{1,2})?"
)
_SEMANTIC_SCHOLAR = r"(?:graph/v1/)?(?:paper/)?arxiv[/:]"
_DBLP = r"(?:rec|pers)/(?:(?:html|bibtex|xml|bib)/)?(?:journals/)?corr/abs-"


@dataclass(frozen=True, slots=True)
class Site:
    """How addresses of a site carry an ID."""

    #: pattern of what stands between host and ID, without the first slash; None: never at a place
    path: str | None = ""
    #: between month and number
    point: str = "."
    #: pattern that the rest of the address matches if it states an ID anywhere, in any notation
    states: str | None = None


#: by host without `www.`; a site holds for its subdomains too
SITES = {
    "arxiv.org": Site(_ARXIV),
    "xxx.lanl.gov": Site(_ARXIV),
    "ar5iv.org": Site(_ARXIV),
    "doi.org": Site(r"(?:doi:)?10\.48550/arxiv\."),
    "huggingface.co": Site(r"papers/", states=r"/(?:models|datasets|spaces|papers)\?[^#]*arxiv"),
    "hf.co": Site(r"papers/"),
    "hf-mirror.com": Site(r"papers/"),
    "alphaxiv.org": Site(r"(?:[a-z]{2}/)?(?:abs|pdf|html|overview|audio|resources|paper)/"),
    "papers.cool": Site(r"arxiv/(?:kimi\?paper=)?"),
    "semanticscholar.org": Site(_SEMANTIC_SCHOLAR, states=r"/search\?"),
    "scholar.google.com": Site(None, states=r"/scholar"),
    "google.com": Site(None, states=r"/(?:url|search)\?"),
    "scirate.com": Site(r"arxiv/"),
    "emergentmind.com": Site(r"papers/"),
    "arxiv-vanity.com": Site(r"papers/"),
    "arxiv-sanity.com": Site(),
    "arxiv-sanity-lite.com": Site(None, states=r"/\?[^#]*pid="),
    "connectedpapers.com": Site(r"arxiv/"),
    "catalyzex.com": Site(r"paper/arxiv:"),
    "fugumt.com": Site(r"fugumt/paper_check/"),
    "bytez.com": Site(r"docs/arxiv/"),
    "inspirehep.net": Site(r"(?:api/)?arxiv/", states=r"/(?:search|literature)\?"),
    "adsabs.harvard.edu": Site(r"(?:abs/|link_gateway/)arxiv:"),
    "dblp.org": Site(_DBLP, point="-"),
    "dblp.uni-trier.de": Site(_DBLP, point="-"),
    # the address of another page
    "web.archive.org": Site(None, states=r"/web/"),
    "link.zhihu.com": Site(None, states=r"/\?target="),
    "themoonlight.io": Site(None, states=r"/.*url="),
    # `badge/arXiv-2405.19334-b31b1b.svg`
    "img.shields.io": Site(None, states=r"/badge/.*arxiv"),
}
#: of a host with IDs
_MOST_LABELS = max(host.count(".") + 1 for host in SITES)


def find_site(host: str) -> Site | None:
    """Return the site of a host in any case, or None."""
    labels = host.lower().removesuffix(".").rsplit(".", _MOST_LABELS)[-_MOST_LABELS:]
    for first in range(len(labels) - 1):
        if site := SITES.get(".".join(labels[first:])):
            return site
    return None


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


PATHS = {
    site: _compiled(f"/{{1,2}}{site.path}") for site in SITES.values() if site.path is not None
}
STATES = {site: _compiled(site.states) for site in SITES.values() if site.states}
