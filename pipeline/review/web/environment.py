"""Make the templates' environment: escaping, filters, and the words of a language."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from config.desk_keys import ACTIONS, PLACES
from config.headings import heading_key
from config.look.values import shared_files
from config.reasons import named_reason
from config.taxonomy import Section, Taxonomy
from config.tex.markup import tex_markup
from config.tex.text import plain_text
from config.visible import visible
from pipeline.enrich.links import LinkKind
from pipeline.learn.explain.breakdown import ScoreBreakdown
from pipeline.learn.explain.certainty import percent
from pipeline.learn.explain.outline import OF_SECTION
from pipeline.review.proposal import NOTE_LIMIT
from pipeline.review.web.language import Words, words_of
from pipeline.review.web.scripts import SCRIPTS
from pipeline.review.web.texts import SHOWN_OF_TEXT
from storage.paper_key import key_address, key_label, pdf_address
from storage.paper_search import Place
from storage.types import Verdict

_HERE = Path(__file__).parent
STATIC = _HERE / "static"

VERDICT_NAMES = {
    Verdict.APPROVED: "Approved",
    Verdict.REJECTED: "Rejected",
    Verdict.DEFERRED: "Deferred",
}

PLACE_NAMES = {
    Place.WAITING: "Waits",
    Place.APPROVED: "Approved",
    Place.REJECTED: "Rejected",
    Place.DEFERRED: "Deferred",
    Place.WITHDRAWN: "Withdrawn at arXiv",
    Place.INCOMPLETE: "Without a text",
    Place.UNCLASSIFIED: "Not classified yet",
}

LINK_NAMES = {
    LinkKind.CODE: "Code",
    LinkKind.PROJECT: "Project",
    LinkKind.ANONYMOUS: "Anonymous",
}


@lru_cache(maxsize=8)  # because compiling the templates takes a quarter of a second
def make_templates(taxonomy: Taxonomy, language: str = "en") -> Environment:
    """Return the template environment; it escapes everything and refuses unknown names."""
    names = {section.id: section_name(section, language) for section in taxonomy.sections}
    labels = (label.names.get("en", "") for facet in taxonomy.facets for label in facet.labels)
    spelled = {heading_key(name): name for name in labels}
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = words_of(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        words.gettext, words.ngettext, newstyle=True, pgettext=words.pgettext
    )
    # for texts that Python passes on; `_` in a template also fills in values
    environment.filters["translated"] = words.said
    environment.filters["plain"] = plain_text
    environment.filters["tex"] = tex_markup
    environment.filters["percent"] = chance
    environment.filters["share"] = percent
    environment.filters["heading"] = lambda each: _heading(each, taxonomy, names, words, language)
    environment.filters["reason_name"] = reason_name
    environment.filters["weight"] = weight
    environment.filters["exact"] = exact
    environment.filters["day"] = lambda instant: day(instant) or words.gettext("unknown")
    environment.filters["short_day"] = short_day_zh if language == "zh" else short_day
    environment.filters["key_path"] = lambda key: quote(key, safe="/")
    environment.filters["key_label"] = key_label
    environment.filters["key_address"] = key_address
    environment.filters["pdf_address"] = pdf_address
    environment.filters["number"] = "{:,}".format
    environment.filters["section_name"] = lambda name: names.get(name, name)
    environment.filters["short_name"] = lambda section: _short_name(section, spelled, language)
    environment.filters["factor_name"] = lambda factor: _label(
        taxonomy, factor.facet, factor.name, language
    )
    environment.globals["language"] = language
    environment.globals["scripts"] = SCRIPTS
    environment.globals["key_actions"] = ACTIONS
    environment.globals["places"] = PLACES
    environment.globals["verdict_names"] = VERDICT_NAMES
    environment.globals["link_names"] = LINK_NAMES
    environment.globals["place_names"] = PLACE_NAMES
    environment.globals["note_limit"] = NOTE_LIMIT
    environment.globals["shown_of_text"] = SHOWN_OF_TEXT
    # part of addresses, because browsers cache static files for a year
    environment.globals["static_version"] = hashlib.sha256(
        b"".join(
            (
                *(path.read_bytes() for path in sorted(STATIC.iterdir())),
                *(data for _, data in sorted(shared_files().items())),
            )
        )
    ).hexdigest()[:12]
    return environment


@pass_context
def reason_name(context: Context, code: str) -> str:
    """Return the name of a rejection's reason; `reject_reasons` are those of the settings."""
    reasons = context.get("reject_reasons") or ()
    return named_reason(reasons, code).name_in(context["language"])


@pass_context
def chance(context: Context, probability: float) -> str:
    """Return a probability as the page may show it: in a word before it is calibrated."""
    certainty = context.get("certainty")
    if certainty is None:
        return percent(probability)
    shown = certainty.shown(probability)
    return shown if certainty.calibrated else str(context.call(context.resolve("gettext"), shown))


def weight(value: float) -> str:
    """Return a term's weight with its sign."""
    return f"{value:+.1f}".replace("-", "\N{MINUS SIGN}")


def exact(value: float) -> str:
    """Return a share of a score with sign and two decimals."""
    return f"{round(value, 2) + 0.0:+.2f}".replace("-", "\N{MINUS SIGN}")


def day(instant: date | None) -> str:
    """Return the UTC day of an instant."""
    return "" if instant is None else f"{instant:%Y-%m-%d}"


def short_day(instant: date | datetime | None) -> str:
    """Return day and month, for lists whose year is clear."""
    return "" if instant is None else f"{instant.day} {instant:%b}"


def short_day_zh(instant: date | datetime | None) -> str:
    """Return day and month in Chinese."""
    return "" if instant is None else f"{instant.month}月{instant.day}日"


def section_name(section: Section, language: str = "en") -> str:
    """Return the full name of a section."""
    own = section.names.get(language) or section.names.get("en")
    return own or " \N{MIDDLE DOT} ".join(section.path)


def _heading(
    each: ScoreBreakdown,
    taxonomy: Taxonomy,
    sections: Mapping[str, str],
    words: Words,
    language: str,
) -> str:
    """Return the name of a score in a language, as `ScoreBreakdown.heading` is in English."""
    if language == "en" or each.kind == "scope":
        return words.gettext(each.heading)
    if each.kind in OF_SECTION:
        return f"{words.gettext(OF_SECTION[each.kind])}: {sections.get(each.name, each.name)}"
    return f"{words.gettext(each.kind)}: {_label(taxonomy, each.kind, each.name, language)}"


def _label(taxonomy: Taxonomy, facet: str, name: str, language: str) -> str:
    """Return the name of a label in a language, or in English."""
    names = taxonomy.facet(facet).label(name).names
    return names.get(language) or names.get("en", name)


def _short_name(section: Section, spelled: Mapping[str, str], language: str) -> str:
    """Return a section's last heading in its label's spelling, or its name in another language."""
    if language != "en" and language in section.names:
        return section.names[language]
    own = section.path[-1]
    return spelled.get(heading_key(own), own)
