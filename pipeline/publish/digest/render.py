"""Render an issue as Markdown, HTML, plain text or JSON; a missing name is an error.

Every value is escaped where it is printed, by default: HTML by autoescape, Markdown by `finalize`.
"""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined

from config.look.values import look
from config.reasons import Reason
from config.visible import visible
from pipeline.publish.digest.escape import Markdown, escape_markdown, link_target
from pipeline.publish.digest.fit import WHOLE, Cut, fitting
from pipeline.publish.digest.paragraphs import columns, ruled, wrapped
from pipeline.publish.digest.types import Digest
from pipeline.publish.digest.view import Edition, View
from pipeline.publish.digest.week import Week
from pipeline.publish.digest.words import load_words
from storage.paper_key import key_label


class Form(StrEnum):
    """A format that has one file a language; the value is the file suffix."""

    MARKDOWN = "md"
    HTML = "html"
    TEXT = "txt"


def view_of(
    digest: Digest,
    language: str,
    *,
    languages: Sequence[str] = (),
    reasons: Sequence[Reason] = (),
    cut: Cut = WHOLE,
) -> View:
    """Return an issue's texts in one language; `languages` are all that are written.

    Raises:
        UnknownLanguageError: there are no words for a language.
    """
    written = tuple(languages) or (language,)
    editions = tuple(
        Edition(code, load_words(code).texts["language"], file_stem(digest.week, code, written))
        for code in written
    )
    return View(digest, load_words(language), editions, reasons, cut)


def render(
    digest: Digest,
    form: Form,
    language: str,
    *,
    languages: Sequence[str] = (),
    reasons: Sequence[Reason] = (),
) -> str:
    """Return the issue in one format and language; HTML is shortened to what mails can hold."""
    view = partial(view_of, digest, language, languages=languages, reasons=reasons)
    template = _environment(form).get_template(f"digest.{form}.j2")

    def page(cut: Cut) -> str:
        shown = view(cut=cut)
        return template.render(view=shown, digest=digest, words=shown.words, say=shown.words.say)

    if form is not Form.HTML:
        return page(WHOLE)
    lists = (digest.withdrawn, digest.corrections, *(group.entries for group in digest.groups))
    return fitting(page, max(map(len, lists)))


def file_stem(week: Week, language: str, languages: Sequence[str]) -> str:
    """Return the file name without suffix; the first language is not named in it."""
    return str(week) if language == languages[0] else f"{week}.{language}"


@cache
def _environment(form: Form) -> Environment:
    environment = Environment(
        loader=PackageLoader("pipeline.publish.digest", "templates"),
        # Autoescape handles HTML only; `finalize` escapes Markdown.
        autoescape=form is Form.HTML,  # noqa: S701  # Markdown is escaped by `finalize`
        finalize=_escape if form is Form.MARKDOWN else _seen,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["look"] = look()
    environment.filters["key_label"] = key_label
    environment.filters["target"] = link_target
    environment.filters["verbatim"] = Markdown
    environment.filters["wrapped"] = _wrapped
    environment.filters["ruled"] = lambda text, mark: Markdown(ruled(visible(text), mark))
    environment.filters["columns"] = lambda text, width: Markdown(columns(visible(text), width))
    return environment


def _escape(value: object) -> str:
    return value if isinstance(value, Markdown) else escape_markdown(str(value))


def _seen(value: object) -> object:
    return visible(value) if type(value) is str else value


def _wrapped(text: str, first: str = "", rest: str = "") -> Markdown:
    return Markdown(wrapped(visible(text), first=first, rest=rest))
