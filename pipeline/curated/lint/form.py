"""Rules on the form of entries: what differs from how the file writes most of them."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from pipeline.curated.lint.catalogue import Code
from pipeline.curated.lint.dates import DateForm, form_of, write_date
from pipeline.curated.lint.findings import Edit, Finding
from pipeline.curated.lint.subject import EntryText, Subject
from pipeline.curated.markdown.inline import Mark
from pipeline.curated.markdown.inline_tokens import Style
from pipeline.curated.types import Entry

#: entries and their share that make a form the file's own
_LEAST = 3
_SHARE = 2 / 3
_MARKER = re.compile(r"(?P<indent>[ \t]*)(?P<sign>[-+*\u2022]|\d{1,4}(?P<stop>[.)]))")
_LONGEST_CAPTION = 30
#: characters by which a title is found in the text
_START = 30

Form = TypeVar("Form", bound=Hashable)


def usual_form(forms: Sequence[Form]) -> Form | None:
    """Return the form of most, or None where none is usual."""
    counted = Counter(forms).most_common(1)
    if not counted:
        return None
    form, number = counted[0]
    return form if number >= _LEAST and number >= _SHARE * len(forms) else None


def odd_ones(
    entries: Sequence[Entry], form_of_entry: Callable[[Entry], Form | None]
) -> tuple[Form | None, list[tuple[Entry, Form]]]:
    """Return the usual form of entries, and the entries of another form."""
    formed = [(entry, form) for entry in entries if (form := form_of_entry(entry)) is not None]
    usual = usual_form([form for _, form in formed])
    return usual, [] if usual is None else [each for each in formed if each[1] != usual]


def odd_markers(subject: Subject) -> Iterator[Finding]:
    """Yield entries whose bullet is another sign than the file's others of their depth."""
    for entries in subject.by_file.values():
        by_depth: dict[str, list[Entry]] = {}
        for entry in entries:
            if marker := _marker(subject, entry):
                by_depth.setdefault(marker["indent"], []).append(entry)
        for group in by_depth.values():
            usual, odd = odd_ones(group, lambda entry: _sign(_marker(subject, entry)))
            for entry, sign in odd:
                said = f"Its bullet is {sign}, the file's others are {usual}."
                yield subject.on(entry, Code.ODD_MARKER, said, f"Begin it with {usual}.")


def _marker(subject: Subject, entry: Entry) -> re.Match[str] | None:
    text = subject.text_of(entry)
    return _MARKER.match(text.text) if text else None


def _sign(marker: re.Match[str] | None) -> str | None:
    if marker is None:
        return None
    return f"a number with {marker['stop']!r}" if marker["stop"] else repr(marker["sign"])


def odd_bold(subject: Subject) -> Iterator[Finding]:
    """Yield titles that are bold where the file's others are not, or the other way."""
    for entries in subject.by_file.values():
        usual, odd = odd_ones(entries, lambda entry: _is_bold(subject.text_of(entry), entry))
        for entry, _ in odd:
            said = "Its title is not bold" if usual else "Its title is bold"
            remedy = "Set it in bold." if usual else "Take the bold away."
            yield subject.on(entry, Code.ODD_BOLD, f"{said}, unlike the file's others.", remedy)


def _is_bold(text: EntryText | None, entry: Entry) -> bool | None:
    start = "".join(entry.title.split())[:_START]
    if text is None or not start or start not in "".join(text.inline.words.split()):
        return None
    return any(start in "".join(mark.text.split()) for mark in text.inline.of(Style.BOLD))


def odd_captions(subject: Subject) -> Iterator[Finding]:
    """Yield links to paper, code or project page captioned unlike the file's other ones."""
    for entries in subject.by_file.values():
        for kind, urls in _KINDS.items():
            usual, odd = odd_ones(entries, partial(_caption, subject, urls))
            for entry, caption in odd:
                said = f"Its {kind} link is {caption}, the file's others are {usual}."
                yield subject.on(entry, Code.ODD_CAPTION, said, "Caption it as the others.")


_Urls = Callable[[Entry], tuple[str, ...]]
_KINDS: dict[str, _Urls] = {
    "paper": lambda entry: (entry.links.paper,) if entry.links.paper else (),
    "code": lambda entry: (entry.links.code,) if entry.links.code else (),
    "project": lambda entry: entry.links.project,
}


def _caption(subject: Subject, urls: _Urls, entry: Entry) -> str | None:
    text = subject.text_of(entry)
    wanted = urls(entry)
    for mark in text.inline.of(Style.LINK, Style.BADGE) if text else ():
        if mark.url in wanted:
            return _shown(mark)
    return None


def _shown(mark: Mark) -> str | None:
    caption = " ".join(mark.text.strip("[] ").split())
    # Years and IDs differ from entry to entry.
    if not caption or len(caption) > _LONGEST_CAPTION or any(map(str.isdigit, caption)):
        return None
    return f"{'the badge' if mark.style is Style.BADGE else 'captioned'} {caption!r}"


def odd_dates(subject: Subject) -> Iterator[Finding]:
    """Yield dates in another form than the file's others."""
    for name, entries in subject.by_file.items():
        if name not in subject.texts:  # other formats have fields of their own
            continue
        dated = [entry for entry in entries if entry.date_text and entry.date]
        forms = {id(entry): form_of(entry.date_text or "") for entry in dated}
        shapes = [form.shape for form in forms.values() if not form.says_may]
        usual = usual_form(shapes)
        if usual is None:
            continue
        for entry in dated:
            form = forms[id(entry)]
            if form.shape not in {usual, _with_may(usual)}:
                yield _odd_date(subject, entry, form, _usual_date(usual, forms.values()))


def _usual_date(shape: str, forms: Iterable[DateForm]) -> DateForm:
    alike = [form for form in forms if form.shape == shape]
    padded = Counter(form.padded for form in alike if form.padded is not None)
    return DateForm(shape, padded[True] > padded[False], alike[0].with_day)


def _with_may(shape: str) -> str:
    return shape.replace("Month", "May").replace("Mon", "May")


def _odd_date(subject: Subject, entry: Entry, form: DateForm, usual: DateForm) -> Finding:
    assert entry.date
    assert entry.date_text
    written = write_date(entry.date, usual) if form.with_day == usual.with_day else None
    example = write_date(entry.date, usual) or usual.shape
    return subject.on(
        entry,
        Code.ODD_DATE,
        f"Its date is written {entry.date_text}, the file's others as {example}.",
        f"Write {written}." if written else "Write it as the others.",
        edits=tuple(_rewrite(subject.text_of(entry), entry.date_text, written)) if written else (),
    )


def _rewrite(text: EntryText | None, old: str, new: str) -> Iterator[Edit]:
    if text and text.text.count(old) == 1:
        start = text.text.index(old)
        yield Edit(text.span(start, start + len(old)), new)
