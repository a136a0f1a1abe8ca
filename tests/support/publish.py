"""Targets made by hand, and services that publish into a directory."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.publish_schema import DigestSettings, PublishSettings
from config.schema import SurveySettings
from pipeline.publish.publication import Build, BuiltFile
from pipeline.publish.publish import Asked, publish
from pipeline.publish.report import TargetReport
from pipeline.publish.targets import Target
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.store import OpenStore, Store
from tests.support.builders import make_decision, make_paper
from tests.support.built_once import build_once
from tests.support.digest import MONDAY, TAXONOMY
from tests.support.services import make_services
from tests.support.storage import opener

LATER = datetime(2026, 3, 24, 6, 0, tzinfo=UTC)


def make_build(
    path: Path,
    ids: Iterable[str] = (),
    *,
    data: bytes | None = None,
    target: str = "list",
    section: str = "agents",
    made_from: bytes | None = None,
    **fields: Any,
) -> Build:
    """Return a build of one file that names its papers, unless `data` says otherwise."""
    papers = list(ids)
    text = "".join(f"- {one}\n" for one in papers).encode() if data is None else data
    counts: Mapping[str, int] = fields.pop("counts", {"papers": len(papers)})
    return Build(
        target=target,
        files=(BuiltFile(path, text, made_from),),
        entries=tuple((one, section) for one in papers),
        counts=counts,
        recounted=fields.pop("recounted", counts),
        **fields,
    )


def target_of(build: Build, **fields: Any) -> Target:
    """Return a target that always builds the same."""
    return Target(build.target, lambda _: build, **fields)


def publishing_services(
    open_store: OpenStore, directory: Path, *, now: datetime = LATER, **publish: Any
) -> Services:
    """Return services that publish digests into a directory; keywords are [publish] settings."""
    return make_services(
        open_store,
        now,
        taxonomy=TAXONOMY,
        root=directory,
        survey=SurveySettings(title="A Survey"),
        digest=DigestSettings(output=directory / "digests"),
        publish=PublishSettings(**publish),
    )


def published(
    services: Services, *targets: Target, override: str | None = None, dry_run: bool = False
) -> TargetReport:
    """Publish targets as ada; return the report of the first."""
    asked = Asked("ada", dry_run=dry_run, override=override)
    return publish(services, Run(run_id="run-1"), targets, asked)[0]


def approve(store: Store, *ids: str, section: str = "agents", at: datetime = MONDAY) -> None:
    """Store papers and approve them."""
    store.papers.upsert([make_paper(one) for one in ids], seen_at=at)
    store.decisions.add([make_decision(one, decided_at=at, sections=(section,)) for one in ids])


def approved(folder: Path, *ids: str) -> OpenStore:
    """Return a function that opens a new survey in which these papers are approved."""
    build_once(folder, _approve_in, *ids)
    return opener(folder)


def _approve_in(folder: Path, *ids: str) -> None:
    with opener(folder)() as store:
        approve(store, *ids)


def made_of_files(directory: Path, names: Iterable[str], ids: Iterable[str]) -> Target:
    """Return a target of several files that are made whole."""
    papers = tuple(ids)
    build = Build(
        target="digest:2026-W12",
        files=tuple(
            BuiltFile(directory / name, f"{name} with {len(papers)}\n".encode()) for name in names
        ),
        entries=tuple((one, "agents") for one in papers),
        counts={"papers": len(papers)},
        recounted={"papers": len(papers)},
    )
    return target_of(build)
