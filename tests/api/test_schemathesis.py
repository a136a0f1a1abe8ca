"""Schemathesis tries every operation of the OpenAPI document against a real database."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from config.rules_schema import Rule
from config.schema import ReviewSettings
from config.scopes import Scope
from pipeline.review.api.table import OPERATIONS
from pipeline.review.double.rules import TeamRules
from storage.claims import Claims
from storage.suggestion_types import NewSuggestion, SuggestionKind
from tests.support.api import token_of
from tests.support.review import BASE, START, ReviewSite, kept_site
from tests.support.storage import database

pytestmark = pytest.mark.slow  # thousands of requests

_NAMES = {one.name for one in OPERATIONS}
_ON_TOKENS = {one.name for one in OPERATIONS if one.path.startswith("/tokens")}
_PAPERS = tuple(f"2603.{number:05}" for number in range(1, 31))
#: a schema cannot say which sections, reasons and sessions a survey has
_RULES_OF_THE_SURVEY = ["200", "201", "202", "304", "400", "404", "409", "412", "422"]


def config_of(token: str, *, stateful: bool) -> SchemathesisConfig:
    """Return the settings: every check, a fixed seed, a bounded number of examples."""
    return SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "max-failures": 20,
            "base-url": f"{BASE}/api/v1",
            "headers": {"Authorization": f"Bearer {token}"},
            "workers": 1,
            "continue-on-failure": True,
            "cache": {"enabled": False},
            "generation": {"max-examples": 10, "deterministic": True, "database": "none"},
            "checks": {
                "enabled": True,
                "positive_data_acceptance": {"expected-statuses": _RULES_OF_THE_SURVEY},
            },
            "phases": {"stateful": {"enabled": stateful, "max-steps": 5}},
        }
    )


def failures_of(found: events.ScenarioFinished) -> Iterator[str]:
    """Yield what a scenario failed with, and how to send it again."""
    for checks in found.recorder.checks.values():
        for check in checks:
            if check.status is Status.FAILURE and check.failure_info is not None:
                failure = check.failure_info
                said = " ".join(str(failure.failure).split())[:300]
                yield f"{found.label} {check.name}: {said} | {failure.code_sample[:400]}"


def tried(site: ReviewSite, *scopes: Scope, tokens: bool = False) -> Counter[str]:
    """Try all operations but those on tokens, or only those; fail with what is wrong.

    Not both, because a sequence of operations finds out how to revoke its own token.
    """
    schema = schemathesis.openapi.from_asgi(
        "/api/v1/openapi.json",
        cast("Any", site.app()),
        config=config_of(token_of(site, *scopes), stateful=not tokens),
        headers={"Host": "127.0.0.1:8765"},
    )
    chosen = schema.include if tokens else schema.exclude
    own = chosen(path_regex="^/tokens")
    counts: Counter[str] = Counter()
    problems: list[str] = []
    for event in from_schema(own).execute():
        if isinstance(event, events.ScenarioFinished):
            problems += failures_of(event)
            for case in event.recorder.cases.values():
                counts[str(case.value.operation.definition.raw["operationId"])] += 1
            counts["requests"] += len(event.recorder.cases)
            counts["checks"] += sum(map(len, event.recorder.checks.values()))
            counts[f"scenarios {event.phase.value}"] += 1
        elif isinstance(event, events.NonFatalError | events.FatalError):
            problems.append(str(getattr(event, "info", event)))
    assert not problems, "\n".join(dict.fromkeys(problems))
    return counts


def suggest(site: ReviewSite, *kinds: str) -> None:
    """Store a suggestion of each kind."""
    with site.open_store() as store:
        for number, kind in enumerate(kinds):
            new = NewSuggestion(f"{number:032x}", SuggestionKind(kind), _PAPERS[number], "agents")
            store.suggestions.add(new, START)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ReviewSite]:
    with kept_site(tmp_path) as made:
        yield made


def test_schemathesis_finds_nothing(site: ReviewSite, tmp_path: Path) -> None:
    site.fill(_PAPERS)
    site.rules = TeamRules(percent=50)
    site.claims = Claims(database(tmp_path))
    site.settings = ReviewSettings(rules=(Rule(id="far", scope_below=5, no_words=True),))
    suggest(site, "missing-paper", "wrong-section", "accepted-at")
    counts = tried(site, *Scope)
    assert {name for name in counts if name in _NAMES} == _NAMES - _ON_TOKENS
    assert counts["checks"] > 1000, counts


def test_schemathesis_finds_nothing_as_admin(site: ReviewSite) -> None:
    for _ in range(3):
        token_of(site, Scope.READ)
    counts = tried(site, Scope.ADMIN, tokens=True)
    assert counts.keys() >= _ON_TOKENS
    assert counts["checks"] > 100
