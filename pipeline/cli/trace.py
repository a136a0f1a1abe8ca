"""`trace`: how a paper came to be published."""

import shlex
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePath
from typing import Annotated

import typer

from config.tex.text import plain_text
from pipeline.cli.answer import Answer, Heading
from pipeline.cli.command import Invocation, command
from pipeline.operate.trace import Carried, Fetched, Judged, Trace
from pipeline.operate.trace import trace as trace_paper
from pipeline.publish.addresses import paper_page
from pipeline.review.account import people_text
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import open_services
from storage.issue_types import IssueEvent
from storage.opinion_types import Opinion
from storage.typed_ids import read_key
from storage.types import Decision

_TERMS = 6
#: files of a publication that are named; feeds and site have hundreds
_FILES = 10


@command("trace", examples="living-survey trace 2603.01234\nliving-survey trace 2603.01234 --json")
def trace(
    invocation: Invocation,
    paper: Annotated[str, typer.Argument(metavar="ID", help="arXiv ID or link.")],
) -> Answer:
    """Show how a paper came to be published.

    Which fetch stored it, from which response of arXiv, what the model said by then and why, who
    decided what, what editors did, and which issue or list carried it.
    """
    services = open_services(invocation.settings, read_only=True)
    found = trace_paper(services, read_key(paper))
    return Answer(found, (Heading(f"{found.arxiv_id}  {plain_text(found.title)}"), *_text(found)))


def _text(found: Trace) -> Iterator[str]:
    version = f"version {found.paper.paper.version} from {found.paper.paper.source}"
    withdrawn = ", withdrawn at arXiv" if found.paper.paper.withdrawn else ""
    yield f"record     {version}{withdrawn}"
    for fetched in found.fetched:
        yield from _fetched(fetched)
    for announced in found.announced:
        categories = ", ".join(announced.categories)
        kind = f"{announced.announce_type}, version {announced.version}"
        yield f"announced  {announced.day} in {categories} ({kind})"
    for judged in found.judged:
        yield from _judged(judged)
    yield from _people(found)
    for carried in found.published:
        yield from _carried(carried, found.arxiv_id)
    known = {carried.target for carried in found.published}
    for target, section, at in found.first_published:
        if target not in known:
            yield f"published  {_at(at)} in {target}, {section} (its files were not recorded)"
    if not found.first_published:
        yield "published  nowhere yet"


def _people(found: Trace) -> Iterator[str]:
    for one in found.corrections:
        undone = f", taken back by {one.undone_by}" if one.undone_by else ""
        kinds = ", ".join(one.kinds)
        answer = f"{one.resolution} ({kinds}){undone}"
        yield f"correction {_at(one.resolved_at)} by {one.reviewer}: {answer}"
    for highlight in found.highlights:
        sentence = f": {highlight.sentence}" if highlight.sentence else ""
        yield f"highlight  {_at(highlight.highlighted_at)} by {highlight.reviewer}{sentence}"
    for week, event in found.edits:
        yield f"edit       {_at(event.happened_at)} by {event.editor}: {week} {_edit(event)}"


def _fetched(fetched: Fetched) -> Iterator[str]:
    runs = ", ".join(f"{run.command} {run.run_id}" for run in fetched.runs)
    yield f"fetched    {_at(fetched.at)} by {runs or 'no recorded run'}"
    for run in fetched.runs:
        if len(run.words) > 1:
            yield f"           {plain_text(shlex.join(run.words))}"
    if fetched.response:
        yield f"           {fetched.response}"
        yield f"           {fetched.url}"
    else:
        yield "           no archived response of that day holds it"


def _judged(judged: Judged) -> Iterator[str]:
    if score := judged.score:
        terms = ", ".join(f"{one.term} {one.weight:+.2f}" for one in score.terms[:_TERMS])
        section = f", first section {score.top_section}" if score.top_section else ""
        yield (
            f"predicted  {_at(score.predicted_at)} by {score.model_id}:"
            f" in scope {score.in_scope:.2f}{section}"
        )
        yield f"           {terms or 'no terms were stored'}"
    one = judged.decision
    for word in judged.words:
        yield f"word       {_at(word.given_at)} by {word.reviewer}: {_said(word)}"
    by = people_text(one, judged.words)
    yield f"decided    {_at(one.decided_at)} by {by}: {_said(one)}"
    if one.note:
        yield f"           note: {one.note}"
    if one.undone_by and one.undone_at:
        yield f"           taken back {_at(one.undone_at)} by {one.undone_by}"


def _said(one: Decision | Opinion) -> str:
    sections = f" in {', '.join(one.sections)}" if one.sections else ""
    reason = f" ({one.reason})" if one.reason else ""
    return f"{one.verdict}{sections}{reason}"


def _edit(event: IssueEvent) -> str:
    content = event.content or ("taken away" if event.content == "" else "")
    language = f" ({event.language})" if event.language else ""
    return f"{event.act}{language}{': ' if content else ''}{content}"


def _carried(carried: Carried, arxiv_id: str) -> Iterator[str]:
    at = _at(carried.published_at) if carried.published_at else "never finished"
    sections = ", ".join(carried.sections)
    run = f", run {carried.run_id}" if carried.run_id else ""
    yield f"published  {at} in {carried.target}, {sections}, by {carried.person}{run}"
    if carried.override_reason:
        yield f"           a refusal was set aside: {carried.override_reason}"
    files = carried.files
    page = PurePath(paper_page(arxiv_id)).stem
    own = [path for path in files if PurePath(path).stem == page]
    named = list(files) if len(files) <= _FILES else own
    for path in named:
        yield f"           {path}  sha256 {files[path]}"
    if rest := len(files) - len(named):
        yield f"           {counted(rest, 'other file' if named else 'file')}; --json names all"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
