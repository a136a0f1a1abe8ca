"""Render a digest as Markdown or HTML with Jinja2; a missing name is an error.

Every value is escaped where it is printed, by default: HTML by autoescape, Markdown by `finalize`.
"""

import base64
import hashlib
from collections.abc import Sequence
from enum import StrEnum
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from config.tex.markup import tex_markup
from config.visible import visible
from pipeline.publish.digest.build import Digest
from pipeline.publish.digest.escape import Markdown, escape_markdown, link_target
from pipeline.publish.digest.view import Edition, View, anchor
from pipeline.publish.digest.week import Week
from pipeline.publish.digest.words import load_words


class Form(StrEnum):
    """The format of a digest; the value is the file suffix."""

    MARKDOWN = "md"
    HTML = "html"


def render(digest: Digest, form: Form, language: str, *, languages: Sequence[str] = ()) -> str:
    """Return the digest's text; `languages` are all that are written, for links between them.

    Raises:
        UnknownLanguageError: there are no words for a language.
    """
    written = tuple(languages) or (language,)
    editions = tuple(
        Edition(code, load_words(code).texts["language"], file_stem(digest.week, code, written))
        for code in written
    )
    view = View(digest, load_words(language), editions)
    environment = _environment(form)
    style = environment.get_template("digest.css").render() if form is Form.HTML else ""
    return environment.get_template(f"digest.{form}.j2").render(
        view=view,
        digest=digest,
        words=view.words,
        style=style,
        style_hash=_csp_hash(style),
    )


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
    environment.filters["anchor"] = _anchor
    environment.filters["tex"] = tex_markup
    environment.filters["target"] = link_target
    environment.filters["verbatim"] = Markdown
    return environment


def _escape(value: object) -> str:
    return value if isinstance(value, Markdown) else escape_markdown(str(value))


def _seen(value: object) -> object:
    return visible(value) if type(value) is str else value


def _anchor(key: str, kind: str) -> Markdown:
    return Markdown(anchor(kind, key))


def _csp_hash(style: str) -> str:
    """Return the Content-Security-Policy hash of a style element."""
    digest = hashlib.sha256(style.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
