"""Store predictions, one row per paper and model."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import texts_json
from storage.engine.session import Row, Session
from storage.followed import Followed
from storage.prediction_batch import PredictionColumns, prediction_table
from storage.section_moves import moved_scores, read_changes
from storage.taxonomy_types import TaxonomyChange
from storage.types import FacetScore, Prediction, SectionScore, TermWeight
from storage.waiting import rebuild, refresh

# Another hash than that of the training's background, because a model has seen those papers.
_MERGE = """
MERGE INTO prediction AS existing
USING (SELECT *, md5_number_lower('audit ' || arxiv_id) AS random_place FROM prediction_batch)
    AS incoming
ON (existing.arxiv_id = incoming.arxiv_id AND existing.model_id = incoming.model_id)
WHEN MATCHED THEN UPDATE BY NAME
WHEN NOT MATCHED THEN INSERT BY NAME
"""
# A plain insert suffices in a first pass.
_EXISTING = """
SELECT count(*) FROM prediction WHERE arxiv_id IN (SELECT arxiv_id FROM prediction_batch)
"""
_INSERT = """
INSERT INTO prediction BY NAME
SELECT * REPLACE (true AS newest), md5_number_lower('audit ' || arxiv_id) AS random_place
FROM prediction_batch
"""
# `newest` is stored so that the queue is a plain filter.
_NEWEST = """
UPDATE prediction
SET newest = (prediction.model_id = best.model_id)
FROM (
    SELECT arxiv_id, arg_max(model_id, (predicted_at, model_id)) AS model_id
    FROM prediction
    WHERE arxiv_id IN (SELECT arxiv_id FROM prediction_batch)
    GROUP BY arxiv_id
) AS best
WHERE prediction.arxiv_id = best.arxiv_id
  AND prediction.newest <> (prediction.model_id = best.model_id)
"""
_PREFER = """
UPDATE prediction
SET newest = (model_id = $model_id)
WHERE newest <> (model_id = $model_id)
  AND arxiv_id IN (SELECT arxiv_id FROM prediction WHERE model_id = $model_id)
"""
_SELECT = """
SELECT arxiv_id, model_id, in_scope, sections, facets, terms, content_hash, predicted_at,
       open_facets
FROM prediction
WHERE {condition}
"""
_LATEST = _SELECT.format(
    condition="rowid IN (SELECT rowid FROM prediction"
    " WHERE newest AND arxiv_id IN (FROM listed($ids)))"
)
_BEFORE = _SELECT.format(
    condition="arxiv_id = $id AND predicted_at < CAST($moment AS TIMESTAMP)"
    " ORDER BY predicted_at DESC LIMIT 1"
)
# for one paper the plain condition is faster
_LATEST_OF_ONE = _SELECT.format(condition="newest AND arxiv_id = $id")


class Predictions:
    """The table `prediction`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, columns: PredictionColumns) -> int:
        """Store a batch, replacing earlier predictions of the model; return the number."""
        if not len(columns.arxiv_ids):
            return 0
        table = prediction_table(columns)
        with self._session.transaction(), self._session.batch("prediction_batch", table):
            if self._session.number(_EXISTING):
                self._session.write(_MERGE)
                self._session.write(_NEWEST)
            else:
                self._session.write(_INSERT)
            refresh(self._session, columns.arxiv_ids)
            Followed(self._session).forget(columns.arxiv_ids)
        return len(columns.arxiv_ids)

    def latest(self, arxiv_ids: Iterable[str]) -> dict[str, Prediction]:
        """Return the newest predictions by paper, with sections of the current taxonomy."""
        ids = list(arxiv_ids)
        rows = (
            self._session.rows(_LATEST_OF_ONE, {"id": ids[0]})
            if len(ids) == 1
            else self._session.rows(_LATEST, {"ids": texts_json(ids)})
        )
        changes = read_changes(self._session)
        return {row[0]: _prediction(row, changes) for row in rows}

    def before(self, arxiv_id: str, moment: datetime) -> Prediction | None:
        """Return the last prediction on a paper from before this moment, or None."""
        rows = self._session.rows(_BEFORE, {"id": arxiv_id, "moment": to_utc(moment)})
        changes = read_changes(self._session) if rows else ()
        return next((_prediction(row, changes) for row in rows), None)

    def prefer(self, model_id: str) -> int:
        """Make this model's predictions the newest; return how many changed."""
        with self._session.transaction():
            changed = self._session.write(_PREFER, {"model_id": model_id})
            if changed:
                rebuild(self._session)
                Followed(self._session).clear()
        return changed


def _prediction(row: Row, changes: Sequence[TaxonomyChange]) -> Prediction:
    (arxiv_id, model_id, in_scope, sections, facets, terms, content_hash, predicted_at,
     open_facets) = row  # fmt: skip
    return Prediction(
        arxiv_id=arxiv_id,
        model_id=model_id,
        in_scope=in_scope,
        sections=moved_scores(
            tuple(SectionScore(s["section"], s["probability"]) for s in sections),
            [change for change in changes if model_id in change.models],
        ),
        facets=tuple(FacetScore(f["facet"], f["label"], f["probability"]) for f in facets),
        terms=tuple(TermWeight(t["term"], t["weight"]) for t in terms),
        content_hash=content_hash,
        predicted_at=from_utc(predicted_at),
        open_facets=tuple(open_facets or ()),  # null in rows older than the column
    )
