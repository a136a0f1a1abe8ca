"""Say on a paper's page what other services told of it, each with source and date."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from config.visible import one_line, shortened
from pipeline.publish.digest.words import Words
from pipeline.publish.known import RETRACTED, Told
from pipeline.publish.site.types import SitePaper
from storage.enrichment import UNKNOWN

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Found:
    """One row: what is said, where it can be looked up, and who said it when."""

    label: str
    text: str
    url: str
    source: str
    #: it was retracted, or there is an expression of concern
    grave: bool = False


def found_of(paper: SitePaper, words: Words) -> list[Found]:
    """Return what was asked about a paper; "unknown" is a row of its own, never left out."""
    return list(_rows(paper, words))


def warning_of(paper: SitePaper, words: Words) -> str:
    """Return the sentence that a paper was retracted, or that there is concern; may be empty."""
    told = paper.known.retracted
    if told is None:
        return ""
    key = "retracted_warning" if told.state == RETRACTED else "concern_warning"
    return words.say(key, source=told.service, date=words.day(told.asked))


def flag_of(paper: SitePaper, words: Words) -> str:
    """Return the same in a word, for lists; may be empty."""
    told = paper.known.retracted
    return "" if told is None else words.say(f"told_{told.state}")


def link_state_of(paper: SitePaper, url: str, words: Words) -> str:
    """Return in a word that code is archived, has moved or is gone; empty: nothing of that."""
    states = {one.url: one.state for one in paper.known.code}
    state = states.get(url, UNKNOWN)
    return words.say(f"told_{state}") if state in {"archived", "gone"} else ""


def _rows(paper: SitePaper, words: Words) -> Iterator[Found]:
    known = paper.known
    if told := known.retraction:
        text = words.say(f"told_{'no_notice' if told.state == 'none' else told.state}")
        yield Found(
            words.say("label_retraction"),
            words.say("told_dated", text=text, on=told.on) if told.on else text,
            _doi(told),
            _source(told, words),
            grave=known.retracted is not None,
        )
    if told := known.venue:
        name = shortened(one_line(told.name), _LONGEST)
        text = words.say("told_dated", text=name, on=told.on) if name and told.on else name
        missing = "unknown" if told.state == UNKNOWN else "no_venue"
        yield Found(
            words.say("label_publication"),
            text or words.say(f"told_{missing}"),
            _doi(told),
            _source(told, words),
        )
    named = {link.url: link.host for link in paper.links}
    for told in known.code:
        if told.url in named:  # another version may name other code
            text = words.say(f"told_{told.state}", to=urlsplit(told.to).hostname or "")
            url = told.to if told.state == "moved" else ""
            label = words.say("label_code", host=named[told.url])
            yield Found(label, text, url, _source(told, words))
    if told := known.citations:
        said = "unknown" if told.state == UNKNOWN else "cited"
        text = words.say(f"told_{said}", n=f"{told.number:,}")
        yield Found(words.say("label_citations"), text, "", _source(told, words))


def _doi(told: Told) -> str:
    return f"https://doi.org/{quote(told.doi, safe='/')}" if told.doi else ""


def _source(told: Told, words: Words) -> str:
    service = told.service or words.say("a_suggestion" if told.suggested else "the_page")
    return words.say("told_by", source=service, date=words.day(told.asked))
