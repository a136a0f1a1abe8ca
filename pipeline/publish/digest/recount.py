"""Count an issue's papers in its finished files, apart from what built them.

Every number that a reader sees is read back: of subject, preheader, heading, group headings and
JSON, and the printed papers themselves. One that differs stops the issue.
"""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import PurePath
from typing import Any

from markdown_it import MarkdownIt

from config.errors import LivingSurveyError
from pipeline.publish.digest.types import Digest
from pipeline.publish.digest.words import Words

_IN_BRACKETS = re.compile(r"\(([\d,]+)\)\s*\Z")
_VOID = frozenset({"meta", "br", "hr", "img", "link", "input"})


class DigestCountError(LivingSurveyError):
    """A number in a finished file is not the number of the issue."""

    def __init__(self, name: str, what: str, found: int | None, expected: int) -> None:
        said = "no number" if found is None else f"{found}"
        super().__init__(
            f"{name}: {what} has {said}, the issue has {expected}.",
            hint="Nothing was written. This is a fault of the program; please report it.",
        )


#: what is read: its description -> (the number, the key of the issue's count)
Read = Mapping[str, tuple[int | None, str]]


def recount(
    digest: Digest, files: Mapping[PurePath, bytes], words: Mapping[PurePath, Words]
) -> Mapping[str, int]:
    """Return the issue's counts as its files have them.

    Args:
        digest: what the files were made of.
        files: by path; the JSON among them has every count.
        words: of the files in one language, by path.

    Raises:
        DigestCountError: two numbers differ; it names both and the file.
    """
    counted: dict[str, int] = {}
    for path, data in files.items():
        text = data.decode("utf-8")
        for what, (found, key) in _read(digest, path, text, words).items():
            if found is None or found != digest.counts[key]:
                raise DigestCountError(path.name, what, found, digest.counts[key])
            counted[key] = found
    return counted


def _read(digest: Digest, path: PurePath, text: str, words: Mapping[PurePath, Words]) -> Read:
    if path.suffix == ".json":
        return _read_json(text)
    said = words[path]
    if path.suffix == ".html":
        return _read_html(text, said, digest.survey_title)
    if path.suffix == ".md":
        return _read_markdown(text, said, digest.survey_title)
    return _read_text(text, said)


def _said(words: Words, text: str, survey_title: str = "") -> int:
    """Return the number of papers that a line names; an issue without papers names none."""
    begin = text.removeprefix(survey_title).lstrip(":\uff1a ")
    return words.count_at_start("papers", begin) or 0


class _Page(HTMLParser):
    """Collects the texts of a page by the class or tag that holds them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._pieces: dict[str, list[list[str]]] = {}
        self._open: list[tuple[str, list[str]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        classes = (dict(attrs).get("class") or "").split()
        names = [tag, *classes]
        for name in names:
            self._pieces.setdefault(name, []).append([])
        self._open.append((tag, names))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        for _, names in self._open:
            for name in names:
                self._pieces[name][-1].append(data)

    @property
    def texts(self) -> dict[str, list[str]]:
        """Return the texts in the order of the page."""
        return {name: ["".join(one) for one in each] for name, each in self._pieces.items()}


def _read_html(text: str, words: Words, survey_title: str) -> Read:
    texts = _Page(text).texts

    def printed(kind: str) -> int:
        more = (
            words.count_at_start("more_papers", one) or 0 for one in texts.get(f"more-{kind}", ())
        )
        return len(texts.get(kind, ())) + sum(more)

    return {
        "the subject": (_said(words, texts["title"][0], survey_title), "papers"),
        "the preheader": (_said(words, texts["preheader"][0]), "papers"),
        "the heading": (_said(words, texts["h1"][0]), "papers"),
        "the headings of the groups": (sum(map(_bracketed, texts.get("count", ()))), "papers"),
        "the list": (printed("paper"), "papers"),
        "the list of highlights": (len(texts.get("highlight", ())), "highlights"),
        "the list of withdrawn papers": (printed("withdrawn"), "withdrawn"),
        "the corrections": (printed("corrected"), "corrections"),
    }


def _read_markdown(text: str, words: Words, survey_title: str) -> Read:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    headings: defaultdict[str, list[str]] = defaultdict(list)
    for opened, inline in pairwise(tokens):
        if opened.type == "heading_open":
            said = (t.content for t in inline.children or () if t.type in {"text", "text_special"})
            headings[opened.tag].append("".join(said))
    counted = [found for one in headings["h2"] if (found := _IN_BRACKETS.search(one))]
    return {
        "the heading": (_said(words, headings["h1"][0], survey_title), "papers"),
        "the headings of the groups": (sum(_number(one[1]) for one in counted), "papers"),
        "the list": (len(headings["h3"]), "papers"),
    }


def _read_text(text: str, words: Words) -> Read:
    lines = text.splitlines()
    headings = [
        (number, above)
        for number, (above, rule) in enumerate(pairwise(lines))
        if rule and not rule.strip("-=")
    ]
    counted = {number: found for number, one in headings if (found := _IN_BRACKETS.search(one))}
    # Papers are between the first counted heading and the next heading without a count.
    begin = min(counted, default=len(lines))
    end = min((number for number, _ in headings if number > begin and number not in counted),
              default=len(lines))  # fmt: skip
    listed = sum(line.startswith("* ") for line in lines[begin:end])
    return {
        "the heading": (_said(words, headings[0][1]), "papers"),
        "the headings of the groups": (sum(_number(f[1]) for f in counted.values()), "papers"),
        "the list": (listed, "papers"),
    }


def _read_json(text: str) -> Read:
    document = json.loads(text)
    papers = [paper for group in document["groups"] for paper in group["papers"]]
    return {
        "the list": (len({paper["arxiv_id"] for paper in papers}), "papers"),
        "the bar of the week": (_last_bar(document), "papers"),
        "the list of highlights": (len(document["highlights"]), "highlights"),
        "the list of late papers": (sum(paper["late"] for paper in papers), "late"),
        "the list of withdrawn papers": (len(document["withdrawn"]), "withdrawn"),
        "the corrections": (len(document["corrections"]), "corrections"),
        **{f"the count `{key}`": (number, key) for key, number in document["counts"].items()},
    }


def _last_bar(document: dict[str, Any]) -> int:
    last: int = document["trend"]["weeks"][-1]["papers"]
    return last


def _bracketed(text: str) -> int:
    found = _IN_BRACKETS.search(text)
    return _number(found[1]) if found else 0


def _number(text: str) -> int:
    return int(text.replace(",", ""))
