"""Classifying what is stored: in columns as in rows, in batches, killed and gone on with."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.columns import join, score_columns, strongest
from classifiers.cues import CueClassifier
from classifiers.kept import artifact
from classifiers.linear.model import Model
from classifiers.linear.training import train
from classifiers.types import Classifier, Document, Scores
from config.taxonomy import Taxonomy
from pipeline.learn import classify
from pipeline.learn.classify import SECTIONS_KEPT, ClassifyReport
from pipeline.runtime.record import Run
from storage.prediction_batch import prediction_table
from storage.store import OpenStore
from storage.types import FacetScore, Paper, PaperText, Prediction, SectionScore, TermWeight
from tests.support.builders import make_paper, make_prediction
from tests.support.services import ShownProgress, make_services
from tests.support.storage import add_predictions, database, lines_of, opener, start_process
from tests.support.texts import TRAINED_AT, approved, document, outside, rejected, stream

_SCHEMA = pa.schema([
    ("arxiv_id", pa.string()),
    ("model_id", pa.string()),
    ("in_scope", pa.float64()),
    ("top_section", pa.string()),
    ("sections", pa.list_(pa.struct([("section", pa.string()), ("probability", pa.float64())]))),
    (
        "facets",
        pa.list_(
            pa.struct(
                [("facet", pa.string()), ("label", pa.string()), ("probability", pa.float64())]
            )
        ),
    ),
    ("terms", pa.list_(pa.struct([("term", pa.string()), ("weight", pa.float64())]))),
    ("content_hash", pa.string()),
    ("predicted_at", pa.timestamp("us")),
    ("open_facets", pa.list_(pa.string())),
    ("newest", pa.bool_()),
])  # fmt: skip

DOCUMENTS = [
    *(example.document for example in approved(6, start=100)),
    *outside(6, start=100),
    document("empty", ""),
    document("unknown", "zzzz qqqq"),
    document("title", "Video Diffusion"),
]


@pytest.fixture(scope="module")
def model(taxonomy: Taxonomy) -> Model:
    return train([*approved(), *rejected()], stream(), taxonomy, trained_at=TRAINED_AT)


class InRows:
    """A classifier that knows no columns."""

    def __init__(self, classifier: Classifier) -> None:
        self.model_id = classifier.model_id
        self._classifier = classifier

    def predict(self, documents: Sequence[Document]) -> list[Scores]:
        # in an order of its own: scores are joined to documents by key
        return self._classifier.predict(documents)[::-1]


def papers(count: int) -> list[Paper]:
    texts = [DOCUMENTS[n % len(DOCUMENTS)] for n in range(count)]
    return [
        make_paper(f"2603.{n:05}", title=text.title, abstract=f"{text.abstract} {n}")
        for n, text in enumerate(texts)
    ]


def text_of(paper: Document, number: int) -> PaperText:
    return PaperText(f"2603.{number:05}", paper.title, paper.abstract, paper.categories, "0" * 64)


def stored(open_store: OpenStore, count: int) -> dict[str, Prediction]:
    with open_store() as store:
        found = store.predictions.latest(f"2603.{n:05}" for n in range(count))
        assert store.integrity.faults() == ()
    return found


@pytest.mark.parametrize("kind", ["model", "model in rows", "cues"])
def test_columns_say_what_scores_say(model: Model, taxonomy: Taxonomy, kind: str) -> None:
    classifier: Classifier = CueClassifier(taxonomy) if kind == "cues" else model
    scores = classifier.predict(DOCUMENTS)
    asked = InRows(model) if kind == "model in rows" else classifier
    texts = [text_of(paper, n) for n, paper in enumerate(DOCUMENTS)]
    columns = classify._predictions(
        classifier.model_id, texts, score_columns(asked, DOCUMENTS, SECTIONS_KEPT), TRAINED_AT
    )
    rows = [
        Prediction(
            arxiv_id=text.arxiv_id,
            model_id=classifier.model_id,
            in_scope=score.in_scope,
            sections=tuple(SectionScore(*pair) for pair in score.sections[:SECTIONS_KEPT]),
            facets=tuple(FacetScore(*triple) for triple in score.facets),
            terms=tuple(TermWeight(*pair) for pair in score.terms),
            content_hash=text.content_hash,
            predicted_at=TRAINED_AT,
            open_facets=score.open_facets,
        )
        for text, score in zip(texts, scores, strict=True)
    ]
    table = prediction_table(columns)
    assert table.schema == _SCHEMA
    found_rows = table.to_pylist()
    if kind == "model in rows":  # the order of facets left open says nothing, and is not known
        found_rows = [{**row, "open_facets": sorted(row["open_facets"])} for row in found_rows]
        rows = [replace(row, open_facets=tuple(sorted(row.open_facets))) for row in rows]
    assert found_rows == [_row(prediction) for prediction in rows]


def _row(prediction: Prediction) -> dict[str, object]:
    """Return a prediction as its row in the database."""
    fields = asdict(prediction)
    lists = {name: list(fields[name]) for name in ("sections", "facets", "terms", "open_facets")}
    return {
        **fields,
        **lists,
        "top_section": prediction.sections[0].section if prediction.sections else None,
        "predicted_at": prediction.predicted_at.replace(tzinfo=None),
        "newest": False,
    }


def test_joined_columns_equal_columns_scored_at_once(model: Model) -> None:
    whole = score_columns(model, DOCUMENTS, 3)
    joined = join([score_columns(model, DOCUMENTS[:4], 3), score_columns(model, DOCUMENTS[4:], 3)])
    for name in ("sections", "facets", "terms"):
        one, other = getattr(whole, name), getattr(joined, name)
        for part in ("starts", "places", "numbers"):
            assert getattr(one, part).tolist() == getattr(other, part).tolist()
    assert whole.in_scope.tolist() == joined.in_scope.tolist()
    assert {k: v.tolist() for k, v in whole.open_facets.items()} == {
        k: v.tolist() for k, v in joined.open_facets.items()
    }


@given(
    rows=st.lists(
        st.lists(st.sampled_from([0.0, -0.0, 0.5, -0.5, 1.25, -3e38, 1e-45, 7.0]), max_size=12),
        max_size=6,
    )
)
def test_the_strongest_are_those_of_a_stable_sort(rows: list[list[float]]) -> None:
    shares = np.asarray([share for row in rows for share in row], dtype=np.float32)
    pointers = np.cumsum([0, *map(len, rows)]).astype(np.int32)
    starts, places = strongest(shares, pointers, 3)
    for number in range(len(rows)):
        begin, end = int(pointers[number]), int(pointers[number + 1])
        order = begin + np.argsort(-np.abs(shares[begin:end]), kind="stable")[:3]
        expected = [place for place in order.tolist() if shares[place]]
        assert places[starts[number] : starts[number + 1]].tolist() == expected


def classified(
    classifier: Classifier, open_store: OpenStore, now: datetime, run: Run | None = None
) -> ClassifyReport:
    """Classify a store's papers by a given classifier."""
    services = make_services(open_store, now, in_use=classifier)
    return classify.classify(services, run or Run())


def test_batches_change_nothing(
    tmp_path: Path, model: Model, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for number, (batch, planned) in enumerate([(10_000, 500_000), (4, 9)]):
        monkeypatch.setattr(classify, "BATCH", batch)
        monkeypatch.setattr(classify, "_PLANNED", planned)
        (tmp_path / str(number)).mkdir()
        open_store = opener(tmp_path / str(number))
        with open_store() as store:
            store.papers.upsert(papers(30), seen_at=now)
        shown = ShownProgress()
        report = classified(model, open_store, now, Run(shown))
        assert report.classified == sum(shown.done) == 30
        again = classified(model, open_store, now)
        assert again.classified == 0
        found.append(stored(open_store, 30))
    assert len(found[0]) == 30
    assert found[0] == found[1]


def test_store_is_free_while_scoring_and_changes_are_reread(
    tmp_path: Path, model: Model, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classify, "BATCH", 4)
    open_store = opener(tmp_path, busy_timeout_seconds=20)
    with open_store() as store:
        store.papers.upsert(papers(10), seen_at=now)

    class Interrupted(InRows):
        done = False

        def predict(self, documents: Sequence[Document]) -> list[Scores]:
            if not self.done:
                self.done = True
                # another process would do the same: a reviewer's page, a fetch
                revised = make_paper("2603.00001", title="Rewritten", version=2)
                with open_store() as store:
                    store.papers.upsert([revised], seen_at=now + timedelta(days=1))
            return super().predict(documents)

    report = classified(Interrupted(model), open_store, now)
    assert report.classified in {10, 11}  # the revised paper perhaps as it was, too
    with open_store() as store:
        assert store.backlog.count(model.model_id) == 0
        [text] = store.papers.texts(["2603.00001"])
        [prediction] = store.predictions.latest(["2603.00001"]).values()
    assert (text.title, prediction.content_hash) == ("Rewritten", text.content_hash)
    assert len(stored(open_store, 10)) == 10


def test_a_second_model_takes_over_and_the_first_ones_words_stay(
    tmp_path: Path, model: Model, taxonomy: Taxonomy, now: datetime
) -> None:
    open_store = opener(tmp_path)
    with open_store() as store:
        store.papers.upsert(papers(6), seen_at=now)
    cues = CueClassifier(taxonomy)
    classified(cues, open_store, now)
    classified(model, open_store, now + timedelta(hours=1))
    assert {p.model_id for p in stored(open_store, 6).values()} == {model.model_id}
    with open_store() as store:
        assert store.predictions.prefer(cues.model_id) == 12
    assert {p.model_id for p in stored(open_store, 6).values()} == {cues.model_id}


def test_two_models_in_one_batch_leave_one_newest(tmp_path: Path, now: datetime) -> None:
    open_store = opener(tmp_path)
    early = make_prediction(model_id="a", predicted_at=now)
    late = make_prediction(model_id="b", predicted_at=now + timedelta(hours=1))
    with open_store() as store:
        store.papers.upsert([make_paper()], seen_at=now)
        add_predictions(store, [late, early])
        assert store.predictions.latest(["2603.00001"])["2603.00001"].model_id == "b"
        assert store.integrity.faults() == ()


_KILLED = """
from datetime import UTC, datetime
from pathlib import Path
from classifiers.kept import artifact
from pipeline.learn import classify
from pipeline.runtime.record import Run
from storage.store import store_opener
from tests.support.learning import small_taxonomy
from tests.support.services import ShownProgress, make_services
classify.BATCH = 5

class Spoken(ShownProgress):
    def update(self, task_id, *, advance=None, **_):
        print(advance, flush=True)
        sys.stdin.readline()

services = make_services(
    store_opener(Path(sys.argv[1])),
    datetime(2026, 3, 17, tzinfo=UTC),
    in_use=artifact.load(Path(sys.argv[2]), small_taxonomy()),
)
classify.classify(services, Run(Spoken()))
"""


@pytest.mark.parametrize("batches", [1, 3])
def test_classify_after_kill_gives_the_same_predictions(
    tmp_path: Path, model: Model, now: datetime, batches: int
) -> None:
    header = artifact.save(model, tmp_path / "models")
    for name in ("killed", "whole"):
        (tmp_path / name).mkdir()
        with opener(tmp_path / name)() as store:
            store.papers.upsert(papers(30), seen_at=now)
    process = start_process(_KILLED, str(database(tmp_path / "killed")), str(header))
    said = lines_of(process)
    assert process.stdin is not None
    for _ in range(batches):
        assert next(said) == "5"
        process.stdin.write("\n")
        process.stdin.flush()
    process.kill()
    process.communicate()
    done = len(stored(opener(tmp_path / "killed"), 30))
    assert 5 * batches <= done < 30
    clock = datetime.fromisoformat("2026-03-17T00:00:00+00:00")
    rest = classified(model, opener(tmp_path / "killed"), clock)
    assert rest.classified == 30 - done
    classified(model, opener(tmp_path / "whole"), clock)
    killed, whole = (stored(opener(tmp_path / name), 30) for name in ("killed", "whole"))
    assert killed == whole
    assert len(whole) == 30
