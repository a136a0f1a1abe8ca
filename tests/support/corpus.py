"""Small corpora of files, their scores, and classifiers that end processes."""

import gzip
import json
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from classifiers.types import Classifier, Document, Scores
from pipeline.learn.corpus.bulk import CorpusReport, score_corpus
from pipeline.learn.corpus.columns import columns_of
from pipeline.learn.corpus.place import Place
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from tests.support.texts import approved, outside

#: works of a partition
SIZE = 6
#: in the title of a work at which a classifier ends a process
DEADLY = "deadly"


def works(start: int, count: int = SIZE) -> list[dict[str, Any]]:
    """Return works, some of them in scope, some at arXiv, as rows of JSON."""
    texts = [*(example.document for example in approved(5, start=100)), *outside(20, start=100)]
    rows = []
    for number in range(start, start + count):
        text = texts[number % len(texts)]
        row: dict[str, Any] = {"id": f"W{number}", "display_name": text.title}
        words = f"{text.abstract} {number}".split()
        row["abstract_inverted_index"] = {
            word: [n for n, other in enumerate(words) if other == word] for word in set(words)
        }
        if number % 2:
            row["doi"] = f"https://doi.org/10.48550/arXiv.2603.{number:05}"
        else:
            row["doi"] = f"https://doi.org/10.1000/{number}"
        rows.append(row)
    return rows


def write_corpus(folder: Path, partitions: int = 6, *, deadly: int | None = None) -> Path:
    """Write partitions of every kind; return the folder.

    Args:
        folder: of the corpus.
        partitions: how many.
        deadly: the partition with a work of the title DEADLY.
    """
    for number in range(partitions):
        rows = works(number * SIZE)
        if number == deadly:
            rows[-1]["display_name"] = DEADLY
        place = folder / f"day={number // 2}"
        place.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
        if number % 3 == 0:
            (place / f"part_{number:03}.gz").write_bytes(gzip.compress(lines, mtime=0))
        elif number % 3 == 1:
            (place / f"part_{number:03}.jsonl").write_bytes(lines)
        else:
            flat = [
                {**row, "abstract_inverted_index": json.dumps(row["abstract_inverted_index"])}
                for row in rows
            ]
            pq.write_table(pa.Table.from_pylist(flat), place / f"part_{number:03}.parquet")
    return folder


def scored(services: Services, corpus: Path, output: Path, run: Run | None = None) -> CorpusReport:
    """Score a corpus; works of at least fifty percent are candidates."""
    return score_corpus(
        services,
        run or Run(),
        Place(str(corpus)),
        Place(str(output)),
        columns=columns_of(()),
        candidates_from=50,
    )


def tree(output: Path) -> dict[str, bytes]:
    """Return the content of every file of an output but its lock."""
    return {
        path.relative_to(output).as_posix(): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


@dataclass(frozen=True)
class Deadly:
    """A classifier that ends a process with SIGKILL when it meets DEADLY, while `flag` exists."""

    classifier: Classifier
    flag: Path
    #: whether it ends the parent of its own process
    parent: bool = False
    #: whether it does so every time
    always: bool = False

    @property
    def model_id(self) -> str:
        """The one of the classifier."""
        return self.classifier.model_id

    def predict(self, documents: Sequence[Document]) -> list[Scores]:
        """Return the scores of the classifier, or end a process."""
        if any(each.title == DEADLY for each in documents) and self.flag.exists():
            if not self.always:
                self.flag.unlink()
            os.kill(os.getppid() if self.parent else os.getpid(), signal.SIGKILL)
            if self.parent:
                signal.pause()  # until this process ends with its parent
        return self.classifier.predict(documents)
