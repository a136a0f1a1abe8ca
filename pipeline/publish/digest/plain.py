"""Turn an issue's TeX into text, for readers that draw no mathematics, such as mail programs."""

from dataclasses import replace

from config.tex.text import plain_text
from pipeline.publish.digest.types import CorrectedPaper, Digest, Entry, Group, Highlighted


def plain(digest: Digest) -> Digest:
    """Return the issue with formulas in Unicode; what is not simple stays as it was typed.

    Notes of persons are no TeX and stay.
    """
    entries = {entry.arxiv_id: _entry(entry) for entry in digest.entries}
    return replace(
        digest,
        highlights=tuple(
            Highlighted(_entry(one.entry), one.sentence, one.by) for one in digest.highlights
        ),
        groups=tuple(
            Group(group.kind, group.key, tuple(entries[e.arxiv_id] for e in group.entries))
            for group in digest.groups
        ),
        withdrawn=tuple(map(_corrected, digest.withdrawn)),
        corrections=tuple(map(_corrected, digest.corrections)),
    )


def _entry(entry: Entry) -> Entry:
    return replace(
        entry,
        title=plain_text(entry.title),
        authors=tuple(map(plain_text, entry.authors)),
        claim=plain_text(entry.claim),
        translation=entry.translation
        and replace(entry.translation, title=plain_text(entry.translation.title)),
    )


def _corrected(paper: CorrectedPaper) -> CorrectedPaper:
    return replace(
        paper, title=plain_text(paper.title), former_title=plain_text(paper.former_title)
    )
