"""Read the likely works out of the scores of a corpus."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.learn.corpus.output import read_manifest, scores_path
from pipeline.learn.corpus.place import Place


@dataclass(frozen=True, slots=True)
class Candidates:
    """Works at least as likely as was asked for."""

    #: of those that are at arXiv, likeliest first, each once
    arxiv_ids: tuple[str, ...]
    #: works without an arXiv ID, which a survey cannot hold
    elsewhere: int


def likely_works(output: Place, at_least: int) -> Candidates:
    """Return the candidates of a complete output.

    Args:
        output: as `classify --corpus` wrote it.
        at_least: in percent; below the limit of the output too, because every work has a score.

    Raises:
        OutputError: it is unfinished, or no output.
        OSError: a file of scores cannot be read.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415  takes 0.1 s

    chosen = [
        pa.table({"arxiv_id": pa.array([], pa.string()), "in_scope": pa.array([], pa.float32())})
    ]
    for part in read_manifest(output):
        with output.open_file(scores_path(part.partition)) as file:
            table = pq.read_table(file, columns=["arxiv_id", "in_scope"])
        likely = pc.greater_equal(table["in_scope"], pa.scalar(at_least / 100, pa.float32()))
        chosen.append(table.filter(likely))
    found = pa.concat_tables(chosen)
    elsewhere = found["arxiv_id"].null_count
    best = found.filter(pc.is_valid(found["arxiv_id"])).group_by("arxiv_id")
    ranked = best.aggregate([("in_scope", "max")]).sort_by(
        [("in_scope_max", "descending"), ("arxiv_id", "ascending")]
    )
    return Candidates(tuple(ranked["arxiv_id"].to_pylist()), elsewhere)
