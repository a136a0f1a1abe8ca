"""Write the text of a pull request, and the message of its commit."""

import re
from collections.abc import Iterator

from config.taxonomy import Taxonomy, UnknownSectionError
from pipeline.publish.digest.escape import escape_markdown
from pipeline.publish.list.hunks import hunk
from pipeline.publish.list.types import BuiltList
from pipeline.runtime.plurals import counted
from storage.paper_key import key_address

#: proposals with their hunks
_MOST_PROPOSALS = 40
_TICKS = re.compile("`{3,}")


def subject(built: BuiltList) -> str:
    """Return the title of the pull request, which is the first line of its commit."""
    added = {one.arxiv_id for one in built.made.inserted}
    parts = [f"add {counted(len(added), 'paper')}"] if added else []
    if built.applied:
        parts.append(f"correct {counted(len(built.applied), 'entry', 'entries')}")
    return f"List: {' and '.join(parts) or 'no change'}"


def commit_message(built: BuiltList, taxonomy: Taxonomy) -> str:
    """Return the message of the commit: what changes, and where."""
    titles = {paper.arxiv_id: paper.title for paper, _ in built.facts.papers}
    lines = [
        f"- {one.arxiv_id} {titles[one.arxiv_id]} ({_name(one.section, taxonomy)})"
        for one in built.made.inserted
    ]
    lines += [f"- {one.sentence}" for one in built.applied]
    return "\n".join((subject(built), "", *lines, ""))


def pull_request(built: BuiltList, taxonomy: Taxonomy) -> str:
    """Return the text of the pull request as Markdown, its title in the first line."""
    return "\n".join((f"# {subject(built)}", "", *_parts(built, taxonomy)))


def _parts(built: BuiltList, taxonomy: Taxonomy) -> Iterator[str]:
    titles = {paper.arxiv_id: paper.title for paper, _ in built.facts.papers}
    yield "Approved papers, each in the form of its section. No other line changes.\n"
    for one in built.made.inserted:
        title = escape_markdown(titles[one.arxiv_id])
        name = escape_markdown(_name(one.section, taxonomy))
        yield f"- [{title}]({key_address(one.arxiv_id)}), in {name}"
    if built.applied:
        yield "\n## Corrected\n"
        yield from (f"- {escape_markdown(one.sentence)}" for one in built.applied)
    if built.made.refused:
        yield "\n## Not added\n"
        for refused in built.made.refused:
            name = escape_markdown(_name(refused.section, taxonomy))
            yield f"- {refused.arxiv_id}, in {name}: {escape_markdown(refused.reason)}"
    waiting = [one for one in built.proposals if one not in built.applied]
    if waiting:
        yield "\n## Proposed, not part of this change\n"
    for proposal in waiting[:_MOST_PROPOSALS]:
        yield f"- {escape_markdown(proposal.sentence)}"
        if proposal.edits:
            yield _fenced(hunk(proposal, built.files))
    if len(waiting) > _MOST_PROPOSALS:
        yield f"- {len(waiting) - _MOST_PROPOSALS} more."
    yield ""


def _fenced(diff: str) -> str:
    """Return a diff as code, whatever backticks are in it."""
    longest = max((len(ticks) for ticks in _TICKS.findall(diff)), default=2)
    fence = "`" * (longest + 1)
    return f"\n{fence}diff\n{diff}\n{fence}\n"


def _name(section: str, taxonomy: Taxonomy) -> str:
    try:
        return taxonomy.section(section).names["en"]
    except UnknownSectionError:
        return section
