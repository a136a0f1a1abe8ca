"""axe finds no fault on the pages of conflicts and agreement when they are full."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from pipeline.review.double.rules import TeamRules
from storage.types import Verdict
from tests.review.agreement.test_report import BEGIN, IDS, repeat, say_both
from tests.support.axe import contexts, faults, invisible
from tests.support.browser import browser, log_in, url
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.readers import drifting
from tests.support.review import ReviewSite, make_site
from tests.support.storage import add_predictions

__all__ = ["browser", "url"]

YES, NO = Verdict.APPROVED, Verdict.REJECTED
OLD = [f"2501.{number:05}" for number in range(1, 701)]


@pytest.fixture
def site(tmp_path: Path) -> ReviewSite:
    """A site with conflicts, a lone word, repeats and a reviewer who drifts."""
    site = make_site(tmp_path)
    site.rules = TeamRules(percent=100)
    graded = drifting(3, len(OLD), odds=3.0, since=400)
    with site.open_store() as store:
        store.papers.upsert([make_paper(key) for key in [*IDS, *OLD]], seen_at=BEGIN)
        chances = [0.5] * len(IDS) + [one.probability for one in graded]
        add_predictions(
            store,
            [
                make_prediction(key, in_scope=chance, predicted_at=graded[0].at - timedelta(days=1))
                for key, chance in zip([*IDS, *OLD], chances, strict=True)
            ],
        )
        say_both(store, [(YES, YES)] * 22 + [(NO, YES)] * 3 + [(NO, NO)] * 15)
        for number in range(45, 48):
            repeat(store, IDS[number], YES, NO, number)
        store.decisions.add(
            [
                make_decision(
                    key,
                    reviewer="cy",
                    verdict=YES if one.approved else NO,
                    sections=("make-image",) if one.approved else (),
                    decided_at=one.at,
                )
                for key, one in zip(OLD, graded, strict=True)
            ]
        )
    return site


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_full_pages_have_no_fault_of_access(site: ReviewSite, url: str, browser: Browser) -> None:
    found = []
    for mode, context in contexts(browser).items():
        log_in(context)
        page = context.new_page()
        for path in ("conflicts", "agreement"):
            page.goto(url + path)
            unfold(page)
            found += [f"{mode} {path}: {fault}" for fault in [*faults(page), *invisible(page)]]
            wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            found += [f"{mode} {path}: wider than the screen"] if wide else []
        context.close()
    assert "\n".join(found) == ""


def unfold(page: Page) -> None:
    """Open every part that is folded in."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
