"""Compare the papers of two releases by their `papers.jsonl`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.errors import UsageError
from config.files import read_regular_text
from config.json_toml import load_json
from pipeline.publish.digest.escape import escape_markdown
from pipeline.publish.exports.record import ExportRecord
from storage.paper_key import key_label


@dataclass(frozen=True, slots=True)
class Released:
    """What a release says of one paper."""

    title: str
    sections: tuple[str, ...]
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """arXiv IDs by what became of them since the release before."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[str, ...]
    withdrawn: tuple[str, ...]


def read_release(directory: Path) -> Mapping[str, Released]:
    """Return the papers of an earlier release.

    Raises:
        UsageError: the directory holds none.
    """
    path = directory / "papers.jsonl"
    try:
        rows = [load_json(line) for line in read_regular_text(path).splitlines() if line]
        return {
            str(row["arxiv_id"]): Released(
                str(row["title"]), tuple(map(str, row["sections"])), bool(row["withdrawn"])
            )
            for row in rows
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path} is not the papers of a release.",
            hint="Name the directory that an earlier `living-survey release` wrote.",
        ) from error


def released(records: Sequence[ExportRecord]) -> Mapping[str, Released]:
    """Return the papers of a new release."""
    return {
        one.paper.arxiv_id: Released(one.paper.title, one.sections, one.paper.withdrawn)
        for one in records
    }


def compare(before: Mapping[str, Released], now: Mapping[str, Released]) -> Changes:
    """Return what changed."""
    both = [key for key in now if key in before]
    return Changes(
        added=tuple(key for key in now if key not in before),
        removed=tuple(key for key in before if key not in now),
        moved=tuple(k for k in both if set(before[k].sections) != set(now[k].sections)),
        withdrawn=tuple(k for k in both if now[k].withdrawn and not before[k].withdrawn),
    )


def write_changes(
    version: str, before: Mapping[str, Released], now: Mapping[str, Released]
) -> bytes:
    """Return the changes as Markdown."""
    found = compare(before, now)
    lines = [f"# Changes in {escape_markdown(version)}", ""]
    for title, keys, papers in (
        ("Added", found.added, now),
        ("Removed", found.removed, before),
        ("Moved to other sections", found.moved, now),
        ("Withdrawn at arXiv", found.withdrawn, now),
    ):
        if keys:
            lines += [f"## {title} ({len(keys)})", ""]
            lines += [
                f"- {escape_markdown(key_label(key))} {escape_markdown(papers[key].title)}"
                for key in sorted(keys)
            ]
            lines += [""]
    if not any((found.added, found.removed, found.moved, found.withdrawn)):
        lines += ["Nothing changed.", ""]
    return "\n".join(lines).encode()
