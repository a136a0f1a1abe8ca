"""What the classifier costs: transform, training, scoring, reasons, a database classified whole.

Real abstracts and labels if ../shared exists, else made-up words with cue words among them.
As a program it trains one model in a process of its own: DIRECTORY DECISIONS BACKGROUND.
"""

import functools
import itertools
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.classifier_data import DATA, load
from benchmarks.ingest import NOW
from benchmarks.measure import ROOT, Child, Row, Size, call, cpu_seconds, medians, run_python
from benchmarks.records import Texts, write_snapshot
from classifiers.kept import artifact
from classifiers.linear.follow import ScopeFollower
from classifiers.linear.model import Model
from classifiers.linear.recipe import Recipe
from classifiers.linear.training import train
from classifiers.representations.tfidf import TextFeatures
from classifiers.text import TOKEN_PATTERN, document_text
from classifiers.types import Document, Example
from config.taxonomy import load_taxonomy
from pipeline.learn.explain.by_model import ModelExplainer
from pipeline.learn.explain.decided import DecidedPaper

_WHEN = datetime(2026, 1, 1, tzinfo=UTC)
_BATCH = 2_000
_MILLIONS = 3_000_000


def transform(size: Size) -> Iterator[Row]:
    """Texts to TF-IDF rows, against scikit-learn's own transform."""
    texts = [document_text(paper) for paper in _stream(size.records(20_000, 400))]
    learn, new = texts[: len(texts) // 2], texts[len(texts) // 2 :]
    theirs = _vectorizer().fit(learn)
    ours = TextFeatures().restore(theirs.get_feature_names_out().tolist(), theirs.idf_)
    expected, got = theirs.transform(new), ours.transform(new)
    same = all(
        getattr(expected, part).tobytes() == getattr(got, part).tobytes()
        for part in ("indptr", "indices", "data")
    )
    batches = [new[start : start + _BATCH] for start in range(0, len(new), _BATCH)]
    fast, slow = medians(
        size.rounds,
        lambda: [ours.transform(batch) for batch in batches],
        lambda: [theirs.transform(batch) for batch in batches],
    )
    yield Row(
        f"transform of {len(new):,} abstracts",
        f"{len(new) / fast:,.0f} texts/cpu-s",
        f"{slow / fast:.1f} times scikit-learn's, {'the same bits' if same else 'OTHER BITS'}",
        "at least 6.0, the same bits",
        same and slow / fast >= 6,
    )


def training(size: Size) -> Iterator[Row]:
    """Train from 20,000 decisions; the model file."""
    decisions, background = size.records(20_000, 60), size.records(5_000, 60)
    with tempfile.TemporaryDirectory(prefix="living-survey-bench-") as directory:
        child = trained(Path(directory), decisions, background)
        path = Path(child.out.strip())
        loading = cpu_seconds(lambda: artifact.load(path, load_taxonomy()))
        megabytes = path.with_suffix(".npz").stat().st_size / 1e6
    yield Row(
        f"training from {decisions:,} decisions",
        f"{child.cpu_seconds:.1f} cpu-s",
        f"{child.wall_seconds:.0f} s by the clock, data and libraries loaded",
        "below 60 cpu-s",
        child.cpu_seconds < 60,
    )
    peak = child.peak_megabytes
    yield Row("training: peak memory", f"{peak:,.0f} MB", "", "below 2,000 MB", peak < 2000)
    yield Row(
        "model file",
        f"{megabytes:.1f} MB",
        f"loaded in {loading:.2f} cpu-s",
        "below 20 MB",
        megabytes < 20,
    )


def scoring(size: Size) -> Iterator[Row]:
    """Score abstracts, the terms that decided included."""
    papers = _stream(size.records(10_000, 100))
    model = _model(size.quick)
    texts = [document_text(paper) for paper in papers]
    theirs = _vectorizer().fit(texts)
    model.predict(papers[:1])
    columns, rows, reference = medians(
        size.rounds,
        lambda: model.columns(papers, 8),
        lambda: model.predict(papers),
        lambda: theirs.transform(texts),
    )
    for name, spent in (("in columns, as stored", columns), ("as objects", rows)):
        yield Row(
            f"scoring {name}",
            f"{len(papers) / spent:,.0f} papers/cpu-s",
            f"{reference / spent:.1f} times scikit-learn's transform alone",
            "",
            None,
        )


def explaining(size: Size) -> Iterator[Row]:
    """Say why one paper is suggested, for a page, among 20,000 decided ones."""
    model, count = _model(size.quick), size.records(20_000, 40)
    papers = _stream(size.records(2_000, 60))
    decided = [
        _renamed(example, n)
        for n, example in enumerate(itertools.islice(itertools.cycle(_examples(papers)), count))
    ]
    explainer = ModelExplainer(
        model,
        [DecidedPaper(one.document, one.in_scope, one.sections, "ada") for one in decided],
        seen=0,
    )
    asked = papers[: size.records(200, 5)]
    explainer.reasons(asked[0])
    spent = sorted(1000 * cpu_seconds(lambda: explainer.reasons(paper)) for paper in asked)  # noqa: B023  used at once
    middle, late = statistics.median(spent), spent[int(0.95 * len(spent))]
    alone = statistics.median(1000 * cpu_seconds(lambda: model.predict([paper])) for paper in asked)  # noqa: B023  used at once
    yield Row(
        f"reasons for a page, {len(decided):,} decided papers",
        f"{middle:.1f} cpu-ms, p95 {late:.1f}",
        f"{middle / alone:.1f} times scoring the paper",
        "below 50 ms",
        late < 50,
    )


def following(size: Size) -> Iterator[Row]:
    """Order 5,000 waiting papers after one more decision, against a whole training."""
    papers = _stream(size.records(11_001, 241))
    part = (len(papers) - 1) // 11
    decided, stream, waiting = papers[:part], papers[part : 6 * part], papers[6 * part : -1]
    examples, new = _examples(decided), Example(papers[-1], in_scope=False)
    model = train(examples, stream, load_taxonomy(), trained_at=_WHEN)
    follower = ScopeFollower(model, Recipe())
    follower.keep(waiting, waiting)

    def follow() -> None:
        follower.scores([*examples, new], stream, follower.kept(waiting))

    first = cpu_seconds(follow)
    again, whole = medians(
        size.rounds,
        follow,
        lambda: train([*examples, new], stream, load_taxonomy(), trained_at=_WHEN),
    )
    yield Row(
        f"order of {len(waiting):,} papers after a decision",
        f"{again:.2f} cpu-s, the first {first:.2f}",
        f"{whole / again:.0f} times as fast as a training",
        "below 1 cpu-s",
        again < 1,
    )


def classify(size: Size) -> Iterator[Row]:
    """Classify a database of 200,000 papers as a user would: read, score and store."""
    count = size.records(200_000, 300)
    with tempfile.TemporaryDirectory(prefix="living-survey-bench-") as directory:
        folder = Path(directory)
        write_snapshot(folder / "snapshot.json", count, until=NOW - timedelta(days=2))
        environment = {"LIVING_SURVEY_ARXIV__LIMITER": str(folder / "limiter")}
        call(
            ("import", "snapshot.json", "--accept-old", "--json"),
            cwd=folder,
            environment=environment,
        )
        trained(folder / "var/models", size.records(1_000, 60), size.records(5_000, 60))
        first = call(("classify", "--json"), cwd=folder, environment=environment)
        again = call(("classify", "--json"), cwd=folder, environment=environment)
    if json.loads(first.out)["classified"] != count or json.loads(again.out)["classified"]:
        raise SystemExit(f"classified {first.out}, then {again.out}, of {count}")
    # Judged by one core's time, which two cores never exceed: others may use the machine as well.
    own = max(first.cpu_seconds - again.cpu_seconds, 1e-9)  # of the papers, not of the start
    minutes = own / count * _MILLIONS / 60
    yield Row(
        f"classifying {count:,} stored papers",
        f"{count / first.wall_seconds:,.0f}/s, {count / own:,.0f}/cpu-s",
        f"3 M by the clock: {first.wall_seconds / count * _MILLIONS / 60:.1f} min",
        f"3 M < 6 cpu-min: {minutes:.1f}",
        minutes < 6,
    )
    peak = first.peak_megabytes
    yield Row("classifying: peak memory", f"{peak:,.0f} MB", "", "below 2,000 MB", peak < 2000)
    yield Row(
        "classifying when nothing is new",
        f"{again.cpu_seconds:.2f} cpu-s",
        "",
        "below 2 cpu-s",
        again.cpu_seconds < 2,
    )


def main() -> None:
    """Train and save one model, print where; the caller reads what it cost."""
    directory, decisions, background = sys.argv[1:]
    print(artifact.save(_train(int(decisions), int(background)), Path(directory)))


def trained(directory: Path, decisions: int, background: int) -> Child:
    """Train and keep a model in a process of its own."""
    words = ["-m", "benchmarks.classifier_speed", str(directory), str(decisions), str(background)]
    return run_python(words, cwd=ROOT, environment={})


@functools.cache
def _model(quick: bool) -> Model:  # noqa: FBT001  a key of the cache
    return _train(60, 60) if quick else _train(1_000, 5_000)


def _train(decisions: int, background: int) -> Model:
    if DATA.exists():
        data = load()
        known = [*data.listed, *data.approvable, *data.rejectable]
        chosen = list(itertools.islice(itertools.cycle(known), decisions))
        stream = data.background(0, background)
    else:
        papers = _stream(decisions + background)
        chosen, stream = _examples(papers[:decisions]), papers[decisions:]
    # Under keys of their own, so that what is repeated is an example of its own.
    examples = [_renamed(example, n) for n, example in enumerate(chosen)]
    return train(examples, stream, load_taxonomy(), trained_at=_WHEN)


def _examples(papers: list[Document]) -> list[Example]:
    """Return papers as if decided: seven in ten in scope, with a section's cue words."""
    sections = load_taxonomy().sections
    found = []
    for number, paper in enumerate(papers):
        section = sections[number % len(sections)]
        inside = number % 10 < 7
        words = " ".join((section.id.replace("-", " "), *section.cues)) if inside else ""
        marked = replace(paper, abstract=f"{paper.abstract} {words}")
        found.append(Example(marked, in_scope=inside, sections=(section.id,) if inside else ()))
    return found


def _renamed(example: Example, number: int) -> Example:
    key = f"{number}/{example.document.key}"
    return replace(example, document=replace(example.document, key=key))


def _stream(count: int) -> list[Document]:
    texts = Texts()
    rows = (texts.record(n, f"{n}", _WHEN + timedelta(hours=n)) for n in range(count))
    return [
        Document(str(row["id"]), str(row["title"]), str(row["abstract"]), ("cs.CV",))
        for row in rows
    ]


def _vectorizer() -> TfidfVectorizer:
    return TfidfVectorizer(
        ngram_range=(1, 2),
        sublinear_tf=True,
        min_df=2,
        max_features=100_000,
        token_pattern=TOKEN_PATTERN,
        dtype=np.float32,
    )


if __name__ == "__main__":
    main()
