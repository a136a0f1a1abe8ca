"""A site whose inputs are as they were is not built again, and any other input builds it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.taxonomy import Taxonomy
from pipeline.publish import inputs
from pipeline.publish.freeze import freeze
from pipeline.publish.plan import plan
from pipeline.publish.publication import Build, Inputs
from pipeline.publish.report import Outcome
from pipeline.publish.site.target import read_inputs
from pipeline.publish.targets import Target, recorded_target
from pipeline.publish.verify import verify
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.enrichment import Fact
from storage.types import Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.publish import published
from tests.support.site import NOW, PublishedSite, make_site, publish_site

ID = "2603.00001"


@pytest.fixture
def site(tmp_path: Path) -> PublishedSite:
    made = make_site(tmp_path, hostile=False)
    publish_site(made.services)  # because the directory of a copy is a new input
    return made


def _no_build(_: Services) -> Build:
    raise AssertionError("it was built")


def _unbuilt(services: Services) -> Inputs:
    return replace(read_inputs(services), build=lambda: _no_build(services))


def target_of(services: Services) -> Target:
    return recorded_target("site", services.settings)


def is_built(services: Services) -> bool:
    """Say whether publishing would build the site."""
    try:
        found = plan(services, replace(target_of(services), build=_no_build, read=_unbuilt))
    except AssertionError:
        return True
    assert found.done
    return False


def test_unchanged_site_is_not_built_and_says_the_same(site: PublishedSite) -> None:
    assert not is_built(site.services)
    whole = published(site.services, replace(target_of(site.services), read=None))
    short = publish_site(site.services)
    assert (short.outcome, short.papers, short.counts, short.files) == (
        whole.outcome,
        whole.papers,
        whole.counts,
        whole.files,
    )
    assert short.outcome is Outcome.UNCHANGED


def _reject(site: PublishedSite) -> None:
    with site.services.open_store() as store:
        [one] = store.decisions.of_paper(ID)
        store.decisions.undo(reviewer="ada", undone_at=NOW, decision_id=one.decision_id)


def _defer_another(site: PublishedSite) -> None:
    with site.services.open_store() as store:
        store.decisions.add(
            [make_decision("2603.00999", verdict=Verdict.DEFERRED, sections=(), decided_at=NOW)]
        )


def _revise(site: PublishedSite) -> None:
    with site.services.open_store() as store:
        stored = store.papers.get(ID)
        assert stored is not None
        store.papers.upsert([replace(stored.paper, version=9, title="Anew")], seen_at=NOW)


def _enrich(site: PublishedSite) -> None:
    with site.services.open_store() as store:
        store.enrichment.add([Fact(ID, "citations", "", "unknown", {}, "openalex")], NOW, None)


def _end(site: PublishedSite) -> None:
    freeze(site.services, ends_on=None, notice="Thanks.", person="ada", act=True)


def _edit(site: PublishedSite) -> None:
    (site.folder / "papers" / f"{ID}.html").write_text("mine")


def _lose(site: PublishedSite) -> None:
    (site.folder / "search.html").unlink()


@pytest.mark.parametrize("change", [_reject, _defer_another, _revise, _enrich, _end, _edit, _lose])
def test_changed_input_or_file_builds_the_site(
    site: PublishedSite, change: Callable[[PublishedSite], None]
) -> None:
    change(site)
    assert is_built(site.services)


def test_changed_settings_and_program_build_the_site(
    site: PublishedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = site.services
    settings = services.settings
    about = settings.model_copy(update={"site": settings.site.model_copy(update={"about": "X"})})
    assert is_built(replace(services, settings=about))
    taxonomy: Taxonomy = replace(services.taxonomy, fingerprint="1" * 64)
    assert is_built(replace(services, taxonomy=taxonomy))
    assert is_built(replace(services, clock=lambda: NOW + timedelta(days=60)))  # it is late then
    assert not is_built(replace(services, clock=lambda: NOW + timedelta(hours=1)))
    monkeypatch.setattr(inputs, "program_digest", lambda: "another program")
    assert is_built(services)


def test_program_that_gives_the_same_bytes_is_tried_once(
    site: PublishedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "program_digest", lambda: "another program")
    assert publish_site(site.services).outcome is Outcome.UNCHANGED
    assert not is_built(site.services)


def test_paper_that_no_page_shows_builds_nothing(site: PublishedSite) -> None:
    with site.services.open_store() as store:
        store.papers.upsert([make_paper("2603.00998", title="Nowhere")], seen_at=NOW)
    assert not is_built(site.services)


def test_verify_builds_the_site_and_compares_it(site: PublishedSite) -> None:
    publish_site(site.services)
    [found] = [one for one in verify(site.services, Run()) if one.target == "site"]
    assert found.found == ()
    with pytest.raises(AssertionError, match="it was built"):
        plan(site.services, replace(target_of(site.services), build=_no_build, read=None))


def test_program_digest_changes_with_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    before = list(inputs._contents(tmp_path, "x"))
    (tmp_path / "a.py").write_text("2")
    (tmp_path / "__pycache__").mkdir()
    assert list(inputs._contents(tmp_path, "x")) == [("x/a.py", b"2")] != before
