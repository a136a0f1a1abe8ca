"""Write what the site's scripts read: JSON in scripts, because pages from a disk cannot fetch."""

import json
from collections.abc import Iterable, Iterator, Mapping

from config.visible import escape_invisible
from pipeline.enrich.links import LinkKind
from pipeline.publish.digest.words import Words
from pipeline.publish.promise import Kept
from pipeline.publish.site.found import flag_of
from pipeline.publish.site.pages import month_of, reasons_of, why_of
from pipeline.publish.site.types import SiteData, SitePaper
from pipeline.publish.site.view import Page
from storage.types import Verdict

#: moments of the newest papers, from which a browser counts what is new
_RECENT = 300
#: phrases that scripts write
_SAID = (
    *("search_label", "search_section", "search_year", "search_any", "search_code", "search_new"),
    *("search_order", "order_best", "order_newest", "found_one", "found_many", "found_none"),
    *("show_more", "new_mark", "new_one", "new_many", "new_show", "select", "selected_one"),
    *("selected_many", "selected_download", "selected_clear", "selected_failed", "copy", "copied"),
    *("promise_late", "promise_late_one", "why_ask", "why_find", "why_unknown", "why_no_id"),
    *("why_open", "authors_cut"),
)
_VERDICTS = {Verdict.APPROVED: "in", Verdict.REJECTED: "out", Verdict.DEFERRED: "later"}


def state_script(data: SiteData, words: Words) -> str:
    """Return what every page knows: the survey, its newest papers, the phrases of scripts."""
    recent = [_moment(paper) for paper in data.listed[:_RECENT]]
    return _script(
        "SURVEY",
        {
            "id": data.survey_id,
            "newest": recent[0] if recent else "",
            "recent": recent,
            "promised": data.promise.state not in {Kept.NONE, Kept.ENDED},
            "words": {key: words.texts[key] for key in _SAID},
        },
    )


def search_script(page: Page) -> str:
    """Return the index: sections with names and labels, and a row a paper."""
    data = page.data
    places = {section.id: place for place, section in enumerate(data.taxonomy.sections)}
    sections = [
        {
            "id": section.id,
            "name": page.name(section),
            "other": page.other_name(section)[1],
            "labels": _labels(page, section.labels),
        }
        for section in data.taxonomy.sections
    ]
    rows = [_row(page, paper, places) for paper in data.listed]
    return _script("PAPERS", {"sections": sections, "rows": rows})


def _row(page: Page, paper: SitePaper, places: Mapping[str, int]) -> list[object]:
    """Return ID, title, authors, sections, day, moment, code or not, claim, venue, warning."""
    return [
        paper.arxiv_id,
        paper.title,
        ", ".join(paper.authors),
        [places[section] for section in paper.sections],
        paper.submitted.isoformat() if paper.submitted else "",
        _moment(paper),
        int(any(link.kind is LinkKind.CODE for link in paper.links)),
        paper.claim,
        page.venue_of(paper),
        flag_of(paper, page.words),
    ]


def _labels(page: Page, labels: Iterable[tuple[str, str]]) -> str:
    """Return the names of labels in every language, to be searched."""
    names = (page.data.taxonomy.facet(facet).label(label).names for facet, label in labels)
    return " ".join(name for one in names for name in dict.fromkeys(one.values()))


def text_script(data: SiteData) -> str:
    """Return the abstracts in the order of the index's rows."""
    return _script("ABSTRACTS", [paper.abstract for paper in data.listed])


def why_script(page: Page) -> str:
    """Return verdict, reason and day of each decided paper."""
    codes = [reason.code for reason in reasons_of(page.data)]
    said = {one.reason: why_of(page, one) for one in page.data.decided if one.reason}
    decided = {
        one.arxiv_id: [
            _VERDICTS[one.verdict],
            codes.index(one.reason) if one.reason else -1,
            one.day.isoformat(),
        ]
        for one in page.data.decided
    }
    words = page.words
    texts = {
        "in": words.say("why_approved"),
        "out": words.say("why_rejected_plain"),
        "later": words.say("why_deferred"),
    }
    return _script(
        "DECIDED",
        {"papers": decided, "reasons": [said[code] for code in codes], "said": texts},
    )


def bibtex_scripts(papers: Iterable[SitePaper]) -> Iterator[tuple[str, str]]:
    """Yield (month, script) with the BibTeX of the papers whose ID begins with the month."""
    months: dict[str, dict[str, str]] = {}
    for paper in papers:
        months.setdefault(month_of(paper.arxiv_id), {})[paper.arxiv_id] = paper.bibtex
    for month, found in months.items():
        yield month, f"surveyBibtex({_json(found)});\n"


def _moment(paper: SitePaper) -> str:
    return paper.added_at.strftime("%Y-%m-%dT%H:%M:%S")


def _script(name: str, value: object) -> str:
    return f"window.{name} = {_json(value)};\n"


def _json(value: object) -> str:
    return escape_invisible(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
