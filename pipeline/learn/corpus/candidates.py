"""Read the likely works out of the scores of a corpus."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.learn.corpus.output import read_manifest, scores_path
from pipeline.learn.corpus.place import Place
from storage.paper_key import doi_of, parse_key


@dataclass(frozen=True, slots=True)
class Candidates:
    """Works at least as likely as was asked for."""

    #: of those at arXiv and of those with a DOI, likeliest first, each once
    keys: tuple[str, ...]
    #: works without a key: neither an arXiv ID nor a sound DOI
    unnamed: int


@dataclass(frozen=True, slots=True)
class FoundWork:
    """A work that is not at arXiv, as the corpus describes it."""

    key: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    published: date | None


def likely_works(output: Place, at_least: int) -> Candidates:
    """Return the candidates of a complete output.

    A work that some row of its DOI places at arXiv is at arXiv.

    Args:
        output: as `classify --corpus` wrote it.
        at_least: in percent; below the limit of the output too, because every work has a score.

    Raises:
        OutputError: it is unfinished, or no output.
        OSError: a file of scores cannot be read.
    """
    best: dict[str, float] = {}
    at_arxiv: set[str] = set()
    unnamed = 0
    for table in _tables(output, ["arxiv_id", "doi", "in_scope"]):
        likely = pc.greater_equal(table["in_scope"], pa.scalar(at_least / 100, pa.float32()))
        for row in table.filter(likely).to_pylist():
            key = row["arxiv_id"] or _key_of(row["doi"])
            if key is None:
                unnamed += 1
                continue
            best[key] = max(best.get(key, 0.0), row["in_scope"])
            if doi_of(key) is None and (doi := _key_of(row["doi"])):
                at_arxiv.add(doi)
    ranked = sorted(best.keys() - at_arxiv, key=lambda key: (-best[key], key))
    return Candidates(tuple(ranked), unnamed)


def works_of(output: Place, keys: Iterable[str]) -> Mapping[str, FoundWork]:
    """Return the works with these keys of DOIs that the output describes.

    The text of a work less likely than the limit of the output was not written.
    """
    wanted = {doi_of(key): key for key in keys}
    dois = pa.array([doi for doi in wanted if doi is not None], pa.string())
    found: dict[str, FoundWork] = {}
    for table in _tables(output, ["doi", "title", "abstract", "authors", "published"]):
        chosen = pc.and_(pc.is_in(table["doi"], value_set=dois), pc.is_valid(table["title"]))
        for row in table.filter(chosen).to_pylist():
            key = wanted[row["doi"]]
            work = FoundWork(
                key, row["title"], row["abstract"], tuple(row["authors"]), row["published"]
            )
            found.setdefault(key, work)
    return found


def _tables(output: Place, columns: list[str]) -> Iterable[pa.Table]:
    import pyarrow.parquet as pq  # noqa: PLC0415  takes 0.1 s

    for part in read_manifest(output):
        with output.open_file(scores_path(part.partition)) as file:
            yield pq.read_table(file, columns=columns)


@cache
def _key_of(doi: str | None) -> str | None:
    key = parse_key(f"doi:{doi}") if doi else None
    return key if key and doi_of(key) else None
