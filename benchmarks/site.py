"""Measure the site: 3,000 papers planned and written the first time, and again without a change."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from lxml import html

from benchmarks.issues import approve
from benchmarks.list_papers import is_real, papers
from benchmarks.measure import Row, Size, cpu_seconds
from classifiers.kept.registry import ModelRegistry
from config.publish_schema import DigestSettings, PublishSettings
from config.schema import Settings
from config.taxonomy import load_taxonomy
from pipeline.publish.publish import Asked, publish
from pipeline.publish.targets import recorded_target
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.store import store_opener

_NOW = datetime(2026, 3, 24, tzinfo=UTC)
_FIRST, _AGAIN = 10.0, 2.0


def site(size: Size) -> Iterator[Row]:
    """A site of 3,000 approved papers: published the first time, and again without a change."""
    listed = papers(size.records(3000, 20))
    kind = "real" if is_real() else "made-up"
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        open_store = store_opener(directory / "survey.duckdb")
        approve(open_store, listed, load_taxonomy())
        settings = Settings(
            digest=DigestSettings(output=directory / "public"),
            publish=PublishSettings(base_url="https://survey.example"),
        )
        models = ModelRegistry(directory)
        services = Services(settings, load_taxonomy(), open_store, lambda: _NOW, models)
        pages = settings.digest.output

        def baseline() -> None:
            for page in pages.rglob("*.html"):
                html.document_fromstring(page.read_bytes())

        def act() -> None:
            target = recorded_target("site", settings)
            asked = Asked("ada", override="Real abstracts hold what spam holds.")
            [report] = publish(services, Run(), [target], asked)
            if report.error:
                raise RuntimeError(report.error)

        spent_on = [cpu_seconds(act) for _ in range(2)]
        least = cpu_seconds(baseline)
        for what, most, spent in zip(
            ("first", "unchanged"), (_FIRST, _AGAIN), spent_on, strict=True
        ):
            yield Row(
                f"{len(listed)} {kind} papers, {what}",
                f"{spent:.2f} cpu-s",
                f"{spent / least:.1f} times lxml's parse of its pages ({least:.2f} s)",
                f"less than {most:.0f} s",
                spent < most,
            )
