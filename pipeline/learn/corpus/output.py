"""What the output of a corpus holds: its head, scores, a marker a partition, and a manifest.

    corpus.json              what was scored, with which model, from which columns
    scores/PATH.parquet      one file a partition
    done/PATH.json           its marker, written when the file is complete
    manifest.json            counts and checksums, written when every partition is done

No file holds a time, so that a run that was killed and called again leaves the same bytes.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from config.errors import LivingSurveyError
from config.json_toml import load_json
from pipeline.learn.corpus.columns import Columns
from pipeline.learn.corpus.place import Place
from pipeline.learn.corpus.walk import FoundFile

HEAD, MANIFEST = "corpus.json", "manifest.json"
_SCORES, _DONE = "scores", "done"
#: raised when a reader of older files could misunderstand a new one
_FORMAT = 2


class OutputError(LivingSurveyError):
    """An output belongs to another corpus or model, is unfinished, or cannot be read."""


@dataclass(frozen=True, slots=True)
class Head:
    """What an output was made from; the next call goes on only with the same."""

    corpus: str
    model_id: str
    taxonomy: str
    columns: Mapping[str, Sequence[str]]
    #: of being in scope, in percent: the works whose texts are written too
    candidates_from: int


@dataclass(frozen=True, slots=True)
class Done:
    """The marker of a partition: its scores are complete."""

    #: below the corpus; empty for a corpus of one file
    partition: str
    #: of the partition, when it was scored
    bytes: int
    changed_ns: int | None
    works: int
    candidates: int
    #: scored by nothing but a title
    without_abstract: int
    #: neither title nor abstract: not scored
    empty: int
    #: lines that could not be read
    unreadable: int
    scores_bytes: int
    #: of the file of scores, hex digits
    sha256: str

    def is_of(self, file: FoundFile) -> bool:
        """Return whether the partition is as it was when it was scored."""
        now = (file.path, file.bytes, file.changed_ns)
        return (self.partition, self.bytes, self.changed_ns) == now


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts over all partitions."""

    partitions: int = 0
    works: int = 0
    candidates: int = 0
    without_abstract: int = 0
    empty: int = 0
    unreadable: int = 0


def scores_path(partition: str) -> str:
    """Return the file of a partition's scores below the output."""
    return f"{_SCORES}/{partition or 'whole'}.parquet"


def done_path(partition: str) -> str:
    """Return the marker of a partition below the output."""
    return f"{_DONE}/{partition or 'whole'}.json"


def as_head(corpus: str, model_id: str, taxonomy: str, columns: Columns, limit: int) -> Head:
    """Return the head of an output with its columns as JSON keeps them."""
    paths = {field: list(names) for field, names in columns.paths.items()}
    return Head(corpus, model_id, taxonomy, paths, limit)


def begin(output: Place, head: Head) -> None:
    """Write the head of a new output, or check that of an output that is gone on with.

    Raises:
        OutputError: the output was made from something else, or is no output.
    """
    content = output.read(HEAD)
    if content is None:
        if strangers := [file.path for file in output.files() if not file.path.startswith(".")]:
            raise OutputError(
                f"{output.address} holds something else than scores: {strangers[0] or 'a file'}.",
                hint="Name a new or an empty directory with --output.",
            )
        output.put(HEAD, _json({"format": _FORMAT, **asdict(head)}))
        return
    begun = read_head(output)
    if different := _differences(begun, head):
        raise OutputError(
            f"{output.address} was made differently: {different}.",
            hint="Name another directory with --output.",
        )


def read_head(output: Place) -> Head:
    """Return what an output was made from.

    Raises:
        OutputError: it is no output, or cannot be read.
    """
    return Head(**_fields(output, HEAD))


def read_done(output: Place) -> dict[str, Done]:
    """Return the markers by partition; one that cannot be read does not count."""
    found = {}
    for file in output.files(_DONE):
        try:
            done = Done(**load_json(output.read(f"{_DONE}/{file.path}") or b""))
        except (ValueError, TypeError):
            continue
        found[done.partition] = done
    return found


def put_done(output: Place, done: Done) -> None:
    """Write the marker of a partition whose scores are in place."""
    output.put(done_path(done.partition), _json(asdict(done)))


def totals_of(parts: Sequence[Done]) -> Totals:
    """Return the counts of all partitions."""
    return Totals(
        partitions=len(parts),
        works=sum(part.works for part in parts),
        candidates=sum(part.candidates for part in parts),
        without_abstract=sum(part.without_abstract for part in parts),
        empty=sum(part.empty for part in parts),
        unreadable=sum(part.unreadable for part in parts),
    )


def put_manifest(output: Place, parts: Sequence[Done]) -> None:
    """Write the manifest unless it is there already."""
    totals = asdict(totals_of(parts))
    document = {"format": _FORMAT, **totals, "files": [asdict(part) for part in parts]}
    content = _json(document)
    if output.read(MANIFEST) != content:
        output.put(MANIFEST, content)


def read_manifest(output: Place) -> tuple[Done, ...]:
    """Return the partitions of a complete output.

    Raises:
        OutputError: it is unfinished, or no output.
    """
    if output.read(MANIFEST) is None and output.read(HEAD) is not None:
        raise OutputError(
            f"The scores of {output.address} are unfinished.",
            hint="Call `living-survey classify --corpus ... --output ...` again; it goes on.",
        )
    return tuple(Done(**each) for each in _fields(output, MANIFEST)["files"])


def _fields(output: Place, name: str) -> dict[str, Any]:
    try:
        fields = load_json(output.read(name) or b"")
        made = fields.pop("format")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise OutputError(
            f"{output.address} has no {name} that can be read: {error}.",
            hint="Name the directory given to `classify --corpus ... --output`.",
        ) from error
    if made != _FORMAT:
        raise OutputError(
            f"{output.address} has format {made!r}, this version reads {_FORMAT}.",
            hint="Score the corpus again into another directory.",
        )
    return dict(fields)


def _json(document: object) -> bytes:
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _differences(begun: Head, head: Head) -> str:
    """Return what an output was made from and what is asked for, empty if that is the same."""
    pairs = {
        "corpus": (begun.corpus, head.corpus),
        "model": (begun.model_id, head.model_id),
        "taxonomy": (begun.taxonomy, head.taxonomy),
        "candidates from": (f"{begun.candidates_from} %", f"{head.candidates_from} %"),
    }
    for field in {**begun.columns, **head.columns}:
        before, now = begun.columns.get(field, ()), head.columns.get(field, ())
        pairs[field] = (f"from {' or '.join(before)}", f"from {' or '.join(now)}")
    return "; ".join(
        f"{name} {before[:100]}, now {now[:100]}"
        for name, (before, now) in pairs.items()
        if before != now
    )
