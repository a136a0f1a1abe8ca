"""No text costs more than linear time: every function that reads foreign text, on repeated pieces.

Work is measured as the CPU time of the thread, because the regular expression engine has no counter
of steps and a wall clock would measure other processes too. First, 4,000 characters are compared
with 1,000. Linear work grows fourfold; where it grows by an eighth more, which noise does too,
32,000 characters settle it: they may take 32 times the CPU time of 2,000, and linear work takes
about 16, quadratic 256. Both notice quadratic work that equals the linear work of 32,000
characters. What seems to grow must also take more than eight times as long for four times the text.
Times below `NEGLIGIBLE` for 32,000 characters are not compared. Of several measurements the least
counts.
"""

import gc
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import TemporaryDirectory
from time import thread_time

import pytest
from pydantic import TypeAdapter, ValidationError

from classifiers.terms import TermShare
from classifiers.text import tokens
from config.errors import UsageError
from config.headings import clean_heading, heading_key
from config.keytypes import BaseUrl
from config.logs import without_secrets
from config.section_names import find_section
from config.taxonomy import load_taxonomy
from config.tex.accents import decode_accents
from config.tex.formulas import formula_text, signs_of_commands
from config.tex.markup import tex_markup
from config.tex.mathml import formula_markup
from config.tex.spans import math_spans
from config.tex.text import plain_text, without_markup
from config.visible import escape_invisible, one_line, visible
from config.when import says_when
from pipeline.curated.agreement import Known, compare
from pipeline.curated.comparison.names import compare_authors
from pipeline.curated.comparison.words import read_title, words_of
from pipeline.curated.formats.bibtex import read_bibtex
from pipeline.curated.formats.kinds import format_of
from pipeline.curated.formats.record_file import RecordFile
from pipeline.curated.formats.table import read_table
from pipeline.curated.insertion.dates import Habits
from pipeline.curated.insertion.layout import read_layout
from pipeline.curated.insertion.render import render
from pipeline.curated.insertion.templates import read_templates
from pipeline.curated.insertion.tidy import GONE, tidy
from pipeline.curated.lint.anchors import heading_texts
from pipeline.curated.lint.dates import form_of
from pipeline.curated.lint.github_anchors import slug
from pipeline.curated.lint.online.addresses import find_addresses
from pipeline.curated.lint.published import published_in
from pipeline.curated.lint.repeats import exclude_each_other
from pipeline.curated.lint.subject import FileText
from pipeline.curated.markdown.candidates import clean_title, find_candidates
from pipeline.curated.markdown.dates import looks_like_date, parse_date
from pipeline.curated.markdown.fields import read_fields, split_tags
from pipeline.curated.markdown.html_blocks import split_html
from pipeline.curated.markdown.inline import read_inline
from pipeline.curated.markdown.likeness import is_venue_name, likeness
from pipeline.curated.markdown.links import (
    find_occurrences,
    is_caption,
    is_paper_url,
    without_links,
)
from pipeline.curated.markdown.people import is_name, is_venue, looks_like_names, read_people
from pipeline.curated.markdown.regions import region_of
from pipeline.curated.markdown.source import read_source
from pipeline.curated.markdown.tables import cells, is_rule_of_table
from pipeline.curated.parse import parse_list
from pipeline.curated.title import title_of
from pipeline.curated.types import CuratedList, CuratedListError, ListFile
from pipeline.enrich.links import find_links, normalise_url
from pipeline.enrich.services.answers import clean
from pipeline.enrich.services.crossref import Work, notices_of
from pipeline.enrich.services.dois import clean_doi, dois_of
from pipeline.enrich.translation.answer import RefusedError, checked, texts_of
from pipeline.enrich.venue import find_venue
from pipeline.ingest.hub.unread import unread_in
from pipeline.ingest.protocol.holdings import Window
from pipeline.ingest.protocol.oai_records import split_name as served_name
from pipeline.ingest.protocol.search import BadQueryError
from pipeline.ingest.protocol.search import parse as parse_search
from pipeline.ingest.protocol.tex import to_unicode
from pipeline.ingest.protocol.xml import escape_template
from pipeline.ingest.sources.errors import BadResponseError
from pipeline.ingest.sources.fields.authors import split_authors
from pipeline.ingest.sources.fields.categories import looks_like_category
from pipeline.ingest.sources.fields.text import paragraphs, plain_line, says_withdrawn
from pipeline.ingest.sources.oai.page import parse_oai_page
from pipeline.ingest.sources.snapshot.lines import parse_lines
from pipeline.ingest.sources.snapshot.selection import Selection
from pipeline.learn.corpus.columns import columns_of, work_of
from pipeline.learn.explain.phrases import phrases
from pipeline.learn.explain.stored_terms import stored_phrases
from pipeline.publish.addresses import is_subscribed
from pipeline.publish.digest.claim import find_claim
from pipeline.publish.digest.escape import escape_markdown, link_target
from pipeline.publish.digest.mathematics import restrict_math
from pipeline.publish.digest.paragraphs import wrapped
from pipeline.publish.digest.sentences import split_sentences
from pipeline.publish.digest.trend import rising_terms
from pipeline.publish.exports.bibtex_text import escaped, title_field
from pipeline.publish.exports.csv_table import safe_cell
from pipeline.publish.exports.names import split_name
from pipeline.publish.exports.reference import read_reference
from pipeline.publish.feeds.text import name as feed_name
from pipeline.publish.feeds.text import paragraphs as feed_paragraphs
from pipeline.publish.feeds.text import title as feed_title
from pipeline.publish.gate.content import active_content, hidden_characters
from pipeline.publish.gate.spam import spam
from pipeline.publish.mail.handing import without_addresses
from pipeline.publish.mail.report_mail import read_report
from pipeline.publish.mail.setup.message import check_message
from pipeline.publish.mail.setup.spf_record import Sender as SpfSender
from pipeline.publish.mail.setup.spf_record import SpfError, expand, parse_spf
from pipeline.publish.mail.setup.tags import parse_tags, with_tags
from pipeline.publish.mail.webhook.providers import read_events, sns_confirmation
from pipeline.publish.mail.wishes import wish_of
from pipeline.review.api.responses import names_tag
from pipeline.review.api.strict_json import JsonError, read_json
from pipeline.review.decision_rows import read_rows
from pipeline.review.rulings.file import RulingFileError, read_rulings
from pipeline.review.selection import read_selection
from pipeline.review.suggested.find import read_case
from pipeline.review.tokens import hash_of
from pipeline.review.web.highlight import mark_phrases
from pipeline.review.web.inbox.view import pair_in
from pipeline.review.word_diff import word_diff
from pipeline.suggestions.form_text import read_form_text
from pipeline.suggestions.issue_export import read_issues
from pipeline.suggestions.mails import read_mail
from pipeline.taxonomy.draft_ids import section_ids, slug_words
from pipeline.taxonomy.draft_leaves import find_leaves
from pipeline.taxonomy.draft_names import names_of, without_numbers
from pipeline.taxonomy.draft_refusal import (
    NothingToDraftError,
    nothing_to_draft,
    refuse_other_formats,
)
from storage.address_end import balanced
from storage.arxiv_id import find_arxiv_ids, is_key, parse_arxiv_id
from storage.correction_kinds import text_key
from storage.paper_key import doi_keys_in, key_stem, parse_key
from storage.served import UnreadRecord
from storage.typed_ids import InvalidIdError, explain_number, read_arxiv_ids, read_keys
from storage.types import TermWeight
from storage.work_keys import words_in, work_keys
from tests.support.builders import make_paper
from tests.support.insertion import new_paper
from tests.support.lint import report_on
from tests.support.snapshot import make_record
from tests.support.transport import oai_page, raw_record

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
#: modules with regular expressions that no function above reaches, and why that is sound
_URLS = TypeAdapter(BaseUrl)
ELSEWHERE = {
    "pipeline/review/api/openapi.py": "our own addresses",
    "config/settings.py": "a value of the settings, in bounded pieces",
    "storage/publication_notes.py": "a target, of bounded length",
    "config/look/values.py": "our own style sheet",
    "storage/rotation.py": "a file name, of bounded length",
    "classifiers/representations/scan.py": "one character",
    "classifiers/kept/header_file.py": "our own model files",
    "classifiers/representations/names.py": "one bounded match at the start",
    "pipeline/ingest/add.py": "what the operator typed; one bounded search",
    "pipeline/ingest/protocol/oai.py": "a day and a token, of the request line's 4,094 bytes",
    "pipeline/ingest/protocol/query.py": "an ID, of the request line's 4,094 bytes",
    "pipeline/ingest/sources/feed/source.py": "categories of the settings",
    "pipeline/ingest/sources/query/client.py": "an abstract, of bounded length",
    "pipeline/ingest/sources/query/source.py": "an error's reason; one class of characters",
    "pipeline/ingest/sources/snapshot/selection.py": "what the operator typed",
    "pipeline/ingest/sources/transport/clock_check.py": "the first 4,096 bytes of a body",
    "pipeline/ingest/sources/transport/exchange.py": "a header; an error of the system",
    "pipeline/ingest/sources/transport/responses.py": "a bounded start of the body",
    "pipeline/ingest/sources/transport/strict_xml.py": "reached by parse_oai_page",
    "pipeline/learn/evaluation/plots.py": "our own drawing",
    "pipeline/publish/digest/recount.py": "our own pages",
    "pipeline/publish/files.py": "a file name, of bounded length",
    "pipeline/publish/digest/words.py": "our own phrases",
    "pipeline/publish/digest/corrections.py": "one word",
    "pipeline/publish/digest/week.py": "what the operator typed",
    "pipeline/publish/mail/mailing.py": "what the operator typed",
    "pipeline/publish/mail/transport.py": "one bounded match at the start of a server's answer",
    "pipeline/publish/list/proposals.py": "bounded repeats, of entries that were read",
    "pipeline/publish/list/pull_request.py": "one character",
    "pipeline/publish/exports/record.py": "a DOI, one class of characters, at most 200",
    "pipeline/publish/release/write.py": "a version and a licence, at most 50 characters",
    "pipeline/publish/site/recount.py": "pages of our own; one class of characters",
    "pipeline/publish/subscribers/address.py": "an address of at most 254 characters",
    "pipeline/publish/public/texts.py": "500 characters of a header",
    "pipeline/review/decide_file.py": "a cell; one class of characters",
    "pipeline/review/web/language.py": "a header of 500 and messages of 1,000 characters",
    "pipeline/review/accounts/passwords.py": "names of the survey and an account; one class",
    "config/host_header.py": "a Host header, limited by the pattern",
    "pipeline/taxonomy/check.py": "the taxonomy; one class of characters",
    "storage/engine/examine.py": "our own schema",
    "storage/engine/faults.py": "DuckDB's message",
    "storage/engine/migrate.py": "names of our own files",
    "storage/engine/schema.py": "our own schema",
}
AT = datetime(2026, 3, 17, tzinfo=UTC)
NEGLIGIBLE = 0.03
#: characters of the texts that are measured first, and of those that settle it
SHORT, MIDDLE = 1_000, 4_000
FEW, LONG = 2_000, 32_000
#: how many times the growth of linear work leaves it open that the work is linear
OPEN = 1.125
PHRASES = stored_phrases(
    [TermWeight(term, 1.0) for term in ("aa", "aa bb", "bb aa bb", "we", "text to image")]
)


def _list(text: str) -> None:
    for line in (
        text,
        f"- **{text}",
        f"- [{text}",
        f"# {text}",
        f"- **T** (x)\n{text}",
        f"- **T** {text}",
        f"| a |\n|---|\n| [x](y) | {text}",
        f"<details><summary>{text}",
    ):
        parse_list(line.encode())  # fmt: skip


def _titled(text: str) -> CuratedList:
    return parse_list(f"<h1>{text}</h1>\n\n# {text}\n".encode())


def _file(name: str, text: str) -> RecordFile:
    return RecordFile(ListFile(name, b""), text, "utf-8", 0)


def _references(text: str) -> None:
    for item in (text, f"@a{{k, title = {{{text}", f'@a{{k, title = "{text}', f"@a{{k, {text}"):
        read_bibtex(_file("a.bib", item))
    fields = f"title = {{{text}}}, author = {{{text}}}, eprint = {{{text}}}, keywords = {{{text}}}"
    read_bibtex(_file("a.bib", f"@a{{k, {fields}}}"))


def _table(text: str) -> None:
    with suppress(CuratedListError):
        read_table(_file("a.csv", text))
    with suppress(CuratedListError):
        read_table(_file("a.csv", f"title,authors,section,link,date\n{text}"))
    with suppress(CuratedListError):
        read_table(_file("a.csv", "title," * (len(text) // 6)))


def _format(text: str) -> None:
    with suppress(CuratedListError):
        format_of(ListFile("a", text.encode()))


def _line(text: str) -> None:
    parse_lines(
        [text.encode(), json.dumps(make_record(abstract=text)).encode()], Selection(), at=AT
    )


def _unread(text: str) -> None:
    for raw in (text, f"<datestamp>{text}", f"<datestamp>2026-03-16</datestamp><setSpec>{text}"):
        day = AT.date()
        unread_in(Window(day, day, "cs"), [UnreadRecord(f"<record>{raw}".encode(), day, None)])


def _served_search(text: str) -> None:
    for searched in (text, f"ti:{text}", f'all:"{text}'):
        with suppress(BadQueryError):
            parse_search(searched[:4_094])


def _page(text: str) -> None:
    record = raw_record().replace("A title", text)
    with suppress(BadResponseError):
        parse_oai_page(oai_page(record, "<record>&</record>").encode(), at=AT)


def _rows(text: str) -> None:
    for written in (text, f"arxiv_id,verdict\n{text}", f"[{text}", f'[{{"a": "{text}"}}]'):
        with suppress(UsageError):
            read_rows(written, "d.csv")


def _places(text: str) -> None:
    source = read_source(ListFile("a.md", text.encode()))
    for place in range(0, len(text), 8):
        source.byte(place)


def _bounce(text: str) -> None:
    head = "From: postmaster@x\nContent-Type: multipart/report; report-type=delivery-status"
    for message in (
        f"From: postmaster@x\nContent-Type: text/plain; {text}\n\n5.1.1",
        f"{head}; boundary=B\n\n--B\nContent-Type: {text}\n\n--B\n{text}\n--B--\n",
        f"{head}; boundary=B\n\n--B\nContent-Type: message/delivery-status\n\nA: b\n\n{text}",
    ):
        read_report(message.encode("utf-8", "surrogatepass"))


def _rulings(text: str) -> None:
    with TemporaryDirectory() as directory:
        path = Path(directory) / "rulings.toml"
        for written in (text, f"a{text} = 1", f'[[ruling]]\nsentence = """{text}', f"a = {text}"):
            path.write_text(written, encoding="utf-8", errors="replace")
            with suppress(RulingFileError):
                read_rulings(path, load_taxonomy())


def _issues(text: str) -> None:
    issue = {"number": 1, "title": text, "body": text, "url": f"https://github.com/{text}"}
    read_issues(json.dumps(issue))
    with suppress(UsageError):
        read_issues(text)


def _section(text: str) -> None:
    with suppress(UsageError):
        find_section(load_taxonomy(), text)


def _selection(text: str) -> None:
    for name in (
        "announced", "at_least", "section", "category", "question", "author", "search", "since",
        "set_aside", "order",
    ):  # fmt: skip
        with suppress(UsageError):
            read_selection({name: text}, load_taxonomy())


def _ids(text: str) -> None:
    with suppress(InvalidIdError):
        read_arxiv_ids([text, f"2405.19334 {text}"], AT.date())


def _keys(text: str) -> None:
    with suppress(InvalidIdError):
        read_keys([text, f"10.1000/x {text}"], AT.date())


def _refusal(text: str) -> None:
    nothing = CuratedList((ListFile("list", text.encode()),), (), (), (), (), ())
    nothing_to_draft(nothing, find_leaves(nothing, name="list"))
    with suppress(NothingToDraftError, CuratedListError):
        refuse_other_formats(nothing)


def _lint(text: str) -> None:
    report_on(
        "# L\n\n"
        f"- **T of a Paper** ({text}) [P](https://arxiv.org/abs/2403.90001v2) `{text}`\n\n"
        f"<!-- lint: allow {text} -->\n- **T** [![{text}]({text})]({text}) [{text}](#{text})\n"
    )


def _addresses(text: str) -> None:
    file = ListFile("a.md", f"![{text}](https://a.b/{text}".encode())
    find_addresses({"a.md": FileText(read_source(file), file.data, file.data)})


def _inserted(text: str) -> None:
    """Read an entry as a template and write a paper so; reading lists is measured alone."""
    data = f"# L\n\n## B\n\n- **A Boat of Reeds** {text} https://arxiv.org/abs/2603.00101\n"
    layout = read_layout(parse_list(data.encode()), 0)
    paper = new_paper(title=f"Lanterns {text}", authors=(text, "Ada Example"))
    for template in read_templates(layout.extents, {}):
        render(template, paper, Habits(), number=1)


def _translated(text: str) -> None:
    for source in ("", text, "a"):
        with suppress(RefusedError):
            checked(f"\u6c34{text}", source)
        with suppress(RefusedError):
            texts_of(f"```json\n{text}\n```")


def _work_of_crossref(text: str) -> None:
    update = {"type": text[:20_000], "DOI": text[:20_000]}
    fields = {"DOI": text[:20_000], "title": [f"RETRACTED {text}"[:20_000]], "updated-by": [update]}
    notices_of(Work.model_validate(fields))


def _spf(text: str) -> None:
    sender = SpfSender(f"{text}@a.b", IPv4Address("192.0.2.1"))
    for record in (f"v=spf1 {text}", f"v=spf1 a:{text}", f"v=spf1 ip4:{text}"):
        with suppress(SpfError):
            parse_spf(record)
    for spec in (text, "%{s}", "%{l1r+}"):
        with suppress(SpfError):
            expand(spec, "a.b", sender)


def _base_url(text: str) -> None:
    with suppress(ValidationError):
        _URLS.validate_python(f"https://a.org/{text}")


def _json(text: str) -> None:
    with suppress(JsonError):
        read_json(text.encode("utf-8", "surrogatepass"))


READERS: dict[str, Callable[[str], object]] = {
    "parse_arxiv_id": parse_arxiv_id,
    "parse_arxiv_id of a link": lambda text: parse_arxiv_id(f"https://arxiv.org/abs/{text}"),
    "balanced": balanced,
    "pair_in": pair_in,
    "parse_key": parse_key,
    "parse_key of a DOI": lambda text: parse_key(f"10.1000/{text}"),
    "parse_key of a link": lambda text: parse_key(f"https://doi.org/10.1000/{text}"),
    "doi_keys_in": doi_keys_in,
    "doi_keys_in links": lambda text: doi_keys_in(f"https://doi.org/10.1000/{text}"),
    "key_stem": lambda text: key_stem(f"doi:{text}"),
    "read_keys": _keys,
    "read_case": lambda text: read_case(f"missing-paper:{text}"),
    "explain_number": explain_number,
    "words_in": words_in,
    "text_key": text_key,
    "word_diff": lambda text: word_diff(text, text[::-1]),
    "work_keys": lambda text: work_keys(make_paper(title=text, abstract=text, comment=text)),
    "read_rows": _rows,
    "places in a file": _places,
    "find_section": _section,
    "read_selection": _selection,
    "names_tag": lambda text: names_tag(text, '"x"'),
    "read_json": _json,
    "hash_of": hash_of,
    "hidden_characters": hidden_characters,
    "active_content of Markdown": lambda text: active_content(text, Path("a.md")),
    "active_content of HTML": lambda text: active_content(text, Path("a.html")),
    "spam": spam,
    "read_arxiv_ids": _ids,
    "find_arxiv_ids": lambda text: find_arxiv_ids(text, bare=True),
    "find_arxiv_ids in links": lambda text: find_arxiv_ids(f"https://arxiv.org/abs/{text}"),
    "is_key": is_key,
    "visible": visible,
    "one_line": one_line,
    "without_secrets": lambda text: without_secrets(f"https://a.b/?{text}&key={text}"),
    "without_secrets of passwords": lambda text: without_secrets(f"://{text}:{text} Bearer {text}"),
    "escape_invisible": escape_invisible,
    "clean_heading": clean_heading,
    "heading_key": heading_key,
    "tokens": tokens,
    "escape_markdown": escape_markdown,
    "link_target": link_target,
    "math_spans": math_spans,
    "restrict_math": restrict_math,
    "without_markup": without_markup,
    "plain_text": plain_text,
    "formula_text": formula_text,
    "formula_markup": formula_markup,
    "tex_markup": tex_markup,
    "split_sentences": split_sentences,
    "find_claim": lambda text: find_claim(text, text),
    "texts of a feed": lambda text: [
        read(text) for read in (feed_title, feed_name, feed_paragraphs)
    ],
    "is_subscribed": lambda text: is_subscribed(f"feeds/sections/{text}"),
    "find_venue": lambda text: (find_venue(text), find_venue(None, text)),
    "find_venue of an accepted paper": lambda text: find_venue(f"Accepted at {text}"),
    "rising_terms": lambda text: rising_terms([text] * 5, [text[::-1]] * 8),
    "wrapped": wrapped,
    "read_report": lambda text: read_report(
        f"From: postmaster@x\nSubject: {text}\n\n{text}".encode()
    ),
    "suggestion_mail": lambda text: read_mail(f"From: a@x\nSubject: {text}\n\n{text}".encode()),
    "read_letter": lambda text: read_report(f"From: a@x\nSubject: {text}\n\n{text}".encode()),
    "wish_of": wish_of,
    "read_bounce": _bounce,
    "read_rulings": _rulings,
    "read_issues": _issues,
    "read_form_text": lambda text: (read_form_text(text, text), read_form_text("", f"a: {text}")),
    "base_url": _base_url,
    "read_events": lambda text: read_events(
        {"event-data": {"event": text, "recipient": text, "delivery-status": {"message": text}}}
    ),
    "sns_confirmation": lambda text: sns_confirmation(
        {"Type": "SubscriptionConfirmation", "TopicArn": "x", "SubscribeURL": text}
    ),
    "without_addresses": lambda text: without_addresses(text, longest=len(text)),
    "find_links": find_links,
    "normalise_url": lambda text: normalise_url(f"https://{text}"),
    "decode_accents": decode_accents,
    "works of a corpus": lambda text: work_of(
        {
            "title": text,
            "doi": text,
            "arxiv_id": text,
            "abstract": {word: [0] for word in text.split()},
        },
        columns_of(()),
    ),
    "inverted abstracts": lambda text: work_of({"abstract": f'{{"{text}'}, columns_of(())),
    "split_authors": split_authors,
    "served text": lambda text: (escape_template(text), to_unicode(text), served_name(text)),
    "searches served": _served_search,
    "unread records": _unread,
    "paragraphs": paragraphs,
    "plain_line": plain_line,
    "says_withdrawn": lambda text: says_withdrawn(f"{text} withdrawn"),
    "looks_like_category": looks_like_category,
    "parse_oai_page": _page,
    "parse_lines": _line,
    "mark_phrases": lambda text: mark_phrases(text, PHRASES),
    "phrases": lambda text: phrases([TermShare(text, text, 1.0, ())]),
    "parse_list": _list,
    "lint": _lint,
    "heading_texts": lambda text: [*heading_texts(text), *heading_texts(f"<h1>{text}")],
    "slug": slug,
    "form_of": form_of,
    "exclude_each_other": lambda text: exclude_each_other(text, f"non-{text}"),
    "published_in": lambda text: published_in(None, f"accepted {text}"),
    "find_addresses": _addresses,
    "read_bibtex": _references,
    "read_table": _table,
    "format_of": _format,
    "parse_date": parse_date,
    "looks_like_date": looks_like_date,
    "read_source": lambda text: read_source(ListFile("a.md", text.encode())),
    "split_html": lambda text: list(split_html(text, 0, len(text))),
    "read_inline": lambda text: read_inline(text, {"a": "https://a.b"}),
    "find_candidates": lambda text: find_candidates(text, read_inline(text, {})),
    "clean_title": clean_title,
    "read_fields": lambda text: read_fields(text, text, text),
    "split_tags": split_tags,
    "likeness": likeness,
    "is_venue_name": is_venue_name,
    "is_caption": is_caption,
    "is_paper_url": lambda text: is_paper_url(f"https://{text}"),
    "find_occurrences": find_occurrences,
    "is_name": is_name,
    "looks_like_names": looks_like_names,
    "region_of": region_of,
    "without_links": without_links,
    "read_people": lambda text: (read_people(text), read_people(f"\n{text}")),
    "is_venue": is_venue,
    "cells": cells,
    "is_rule_of_table": lambda text: is_rule_of_table(text, "a | b"),
    "slug_words": slug_words,
    "section_ids": lambda text: section_ids([[text], [text, "b"], [text, "b c"]]),
    "names_of": lambda text: names_of([text, f"{text}(水壶)", f"水壶 {text}", f"{text} 水壶"]),
    "without_numbers": lambda text: without_numbers([text, f"1. {text}"]),
    "says_when": says_when,
    "refusal of a draft": _refusal,
    "title_of": lambda text: title_of(_titled(text), ()),
    "read_title": read_title,
    "signs_of_commands": signs_of_commands,
    "words_of": words_of,
    "compare": lambda text: compare([text], [text], Known((f"{text[::-1]}b",), (text[::-1],))),
    "title_field": title_field,
    "escaped": escaped,
    "safe_cell": safe_cell,
    "templates": _inserted,
    "tidy": lambda text: tidy(f"- **T** {text}{GONE}{text}{GONE}", in_row=False, filler=""),
    "clean": clean,
    "checked": _translated,
    "dois": lambda text: (dois_of(text), dois_of("10.1000/" + text), clean_doi(text)),
    "work": _work_of_crossref,
    "spf": _spf,
    "check_message": lambda text: [
        *check_message(f"List-Unsubscribe: <{text}\nDKIM-Signature: {text}".encode(), signed=True)
    ],
    "parse_tags": lambda text: (parse_tags(text), with_tags(text, {})),
    "split_name": lambda text: split_name(text.strip()),
    "read_reference": read_reference,
    "compare_authors": lambda text: compare_authors([text] * 9, [text[::-1]] * 9),
}
PIECES = (
    *" \na1.,()[]{}$\\_*`<>|~&#@-+=:;/?!'\"^%\t\r\u00e9\u4e2d",
    *("a ", "a.", ". ", "a,", "(a", "[a", "{a", "<a", ")(", "][", "}{", "><", "\\(", "\\[", "\\a"),
    *("$a", "$$", "$ ", "a/", "a-", "a@", "http://", "https://a.", "www.", "and ", "and, ", "We "),
    *("et al ", "this paper ", "we a ", "it is ", "withdrawn ", "<br", "<details><summary>", "</"),
    *("<!--", "-->", "![", "](", "[](", "[![", "** ", "**a", "__a", "``", "''", "\n\n", " \n"),
    *("\n ", "\n- ", "\n# ", "\n| a |", "\n---", "\n```", "\n~~~", "| ", "|-", "|:", "1.", "1)"),
    *("2020 ", ". 2020", "\\href{", "\\url{", "\\textbf{", "{\\bf ", "\\'", "\\'{", "\\o ", "&#x"),
    *("<record>", "</record>", "<identifier> ", "v1", "\u3164", "\u200d", "\ufe0f", "\u263a\u200d"),
    *("arxiv.org/abs/", "a.a", "github.com/", "github.com/a ", "a-a-", "\\sim", "\\_", "Jr, "),
)  # fmt: skip


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the garbage collector from counting the objects of other tests into a measurement."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _seconds(reader: Callable[[str], object], text: str) -> float:
    """Return the CPU time of reading a text."""
    started = thread_time()
    reader(text)
    return thread_time() - started


def _grown(reader: Callable[[str], object], piece: str, end: str) -> bool:
    """Say whether the work grows faster than the text."""

    calls = Counter[int]()

    def work(size: int) -> float:
        # One piece longer each time, because some readers keep what they have read.
        text = piece * (size // len(piece) + calls[size]) + end
        calls[size] += 1
        return _seconds(reader, text)

    with _without_collector():
        return _may_grow(work) and _grows(work)


def _may_grow(work: Callable[[int], float]) -> bool:
    """Say whether texts of a few thousand characters leave it open that the work is linear."""
    middle = work(MIDDLE)
    if middle < NEGLIGIBLE / (LONG / MIDDLE) ** 2:
        return False
    fixed, short = work(0), min(work(SHORT) for _ in range(2))
    for _ in range(3):
        if middle - fixed < OPEN * MIDDLE / SHORT * (short - fixed):
            return False
        fixed, short = min(fixed, work(0)), min(short, work(SHORT))
        middle = min(middle, work(MIDDLE))
    return True


def _grows(work: Callable[[int], float]) -> bool:
    """Say whether a long text takes more than twice the work of linear growth, and a longer one."""
    short, long_ = min(work(FEW) for _ in range(4)), work(LONG)
    for _ in range(3):
        if long_ < NEGLIGIBLE or long_ < 2 * LONG / FEW * short:
            return False
        if long_ > 8 * LONG / FEW * short:  # no noise is that large
            return True
        short, long_ = min(short, work(FEW)), min(long_, work(LONG))
    # Linear work takes four times as long for four times the text, quadratic work sixteen times.
    return all(work(4 * LONG) > 8 * long_ for _ in range(3))


@pytest.mark.parametrize(
    ("reader", "grows"),
    [
        # One copy at a time: holding all would measure how the system finds gigabytes.
        (lambda text: sum(len(text[:end].lower()) for end in range(0, len(text), 2)), True),
        (lambda text: re.search(r"\s+$", text), True),
        (lambda text: [text[start : start + 50] for start in range(len(text))], False),
    ],
)
def test_a_mild_quadratic_is_noticed(reader: Callable[[str], object], *, grows: bool) -> None:
    """Copying what came before costs nothing in 2,000 characters and minutes in a megabyte."""
    assert _grown(reader, " ", "b") is grows


@pytest.mark.parametrize("name", READERS)
def test_text_takes_linear_work(name: str) -> None:
    grown = [
        f"{piece!r}{end!r}"
        for piece in PIECES
        for end in ("", "\x00")
        if _grown(READERS[name], piece, end)
    ]
    assert grown == []


@pytest.mark.parametrize(
    ("reader", "piece"),
    [
        (READERS["split_authors"], "Jr, "),
        (READERS["check_message"], "\n "),
    ],
)
def test_pieces_of_a_long_text_are_joined_once(reader: Callable[[str], object], piece: str) -> None:
    """Adding each piece to a text copies what came before, which costs much in a megabyte only.

    Linear work takes 8 times as long for 8 times the text, copying 64 times.
    """

    short, long_ = (piece * (size // len(piece)) for size in (128_000, 1_024_000))
    with _without_collector():
        least = min(_seconds(reader, short) for _ in range(3))
        assert min(_seconds(reader, long_) for _ in range(2)) < 3 * 8 * least


def test_every_module_with_patterns_is_covered() -> None:
    with_patterns = {
        str(path.relative_to(ROOT))
        for package in ("config", "storage", "classifiers", "pipeline")
        for path in (ROOT / package).rglob("*.py")
        if "demo" not in path.parts and "import re\n" in path.read_text(encoding="utf-8")
    }
    source = Path(__file__).read_text(encoding="utf-8")
    read = {path for path in with_patterns if path.removesuffix(".py").replace("/", ".") in source}
    reached = {
        "config/tex/reader.py", "config/tex/commands.py", "config/json_toml.py",
        "pipeline/curated/markdown/blocks.py", "pipeline/curated/markdown/reading.py",
        "pipeline/curated/markdown/introductions.py",
        "pipeline/curated/lint/exceptions.py", "pipeline/curated/lint/form.py",
        "pipeline/curated/lint/links.py", "pipeline/curated/lint/tags.py",
        "pipeline/curated/formats/entry.py",
        *(
            f"pipeline/curated/insertion/{name}.py"
            for name in (
                "added_link", "choice", "claims", "dated", "escape", "extents",
                "lines", "listed", "numbers", "people", "plain", "removal", "surroundings",
            )
        ),
        "pipeline/curated/markdown/states.py", "pipeline/curated/markdown/inline_tokens.py",
        "pipeline/curated/markdown/outcomes.py",
        "pipeline/ingest/sources/oai/record.py", "pipeline/runtime/mails.py",
        "storage/arxiv_sites.py", "storage/queue_filter.py",
    }  # fmt: skip
    assert with_patterns - read - reached - ELSEWHERE.keys() == set()
    assert ELSEWHERE.keys() <= with_patterns
