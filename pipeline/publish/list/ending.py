"""Say at the top of the list that it ended, and take that out again when the survey goes on.

The line carries a mark, so that it is found again. Nothing else of the file changes, and without
`[list] apply` holding "ending" nothing at all.
"""

from collections.abc import Iterator

from config.visible import one_line
from pipeline.curated.insertion.edits import Edit
from pipeline.curated.insertion.escape import escaped
from pipeline.curated.types import ListFile
from pipeline.publish.digest.words import load_words
from pipeline.publish.site.words import load_words as site_words
from storage.freezes import Freeze

#: the value of `[list] apply`
ENDING = "ending"
_MARK = b"<!-- living-survey: ended -->"
_QUOTE = b"> "
_BOM = b"\xef\xbb\xbf"
#: lines of what some programs read at the top of a file
_MOST_MATTER = 200


def ending_text(freeze: Freeze, language: str) -> str:
    """Return the sentence with the notice, as site and feeds have it."""
    said = site_words(language).say("ended", date=load_words(language).day(freeze.ends_on))
    return f"{said} {one_line(freeze.notice)}".rstrip()


def ending_edits(file: ListFile, freeze: Freeze | None, language: str) -> Iterator[Edit]:
    """Yield what changes in the first file of a list.

    Args:
        file: the first Markdown file.
        freeze: the end that is in force; None: the survey goes on.
        language: of the sentence.
    """
    end = b"\r\n" if b"\r\n" in file.data else b"\n"
    wanted = b""
    if freeze is not None:
        text = escaped(ending_text(freeze, language), is_html=False, in_row=False)
        wanted = _QUOTE + text.encode() + b" " + _MARK + end + end
    written = _written(file.data)
    if written is not None:
        if file.data[slice(*written)] != wanted:
            yield Edit(file.name, *written, wanted)
    elif wanted:
        top = _top(file.data)
        yield Edit(file.name, top, top, wanted)


def _written(data: bytes) -> tuple[int, int] | None:
    """Return where the line stands, with the empty one that came with it."""
    mark = data.find(_MARK)
    start = data.rfind(b"\n", 0, mark) + 1 or len(_BOM) * data.startswith(_BOM)
    if mark < 0 or not data.startswith(_QUOTE, start):
        return None
    end = mark + len(_MARK)
    for _ in range(2):
        end += next((len(one) for one in (b"\r\n", b"\n") if data.startswith(one, end)), 0)
    return start, end


def _top(data: bytes) -> int:
    """Return where the file's text begins, after a mark of its encoding and front matter."""
    top = len(_BOM) * data.startswith(_BOM)
    first, *rest = data[top:].split(b"\n", _MOST_MATTER)
    if first.rstrip() != b"---":
        return top
    place = top + len(first) + 1
    for line in rest[: _MOST_MATTER - 1]:
        place += len(line) + 1
        if line.rstrip() == b"---":
            return min(place, len(data))
    return top
