"""`/health`, `/ready` and `/metrics`: what they say, to whom, and that they hold up nobody."""

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import anyio
import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import ASGIApp

from config.errors import ConfigError, LivingSurveyError
from config.operate_schema import MonitorSettings
from pipeline.operate.measures import read_measures
from pipeline.operate.monitor_token import monitor_token
from pipeline.review.web.app import create_app
from pipeline.review.web.measuring.kept import KeptMeasures
from pipeline.review.web.measuring.state import Monitoring
from pipeline.runtime.jobs import JobEnd, Outcome
from pipeline.runtime.measures import Measure, Sample, measure
from storage.types import RunStatus
from tests.support.review import BASE, SECRET, START, ReviewSite, Visitor, make_site
from tests.support.services import make_services

TOKEN = "0123456789abcdef-token"
HOSTILE = 'a"b\\c\nliving_survey_up 0\n'


@dataclass
class Ticks:
    """A clock of seconds that tests move."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def app_of(site: ReviewSite, monitoring: Monitoring) -> ASGIApp:
    """Return the site with its numbers."""
    return create_app(
        site.open_store,
        site.taxonomy,
        reviewer="ada",
        secret=SECRET,
        clock=site.clock,
        survey_title="Talking Pictures",
        issues=site.desk(),
        state=site.state,
        jobs=site.jobs,
        monitoring=monitoring,
    )


def numbers_of(site: ReviewSite, token: str = "") -> Monitoring:
    """Return the real numbers of a site."""

    def read() -> tuple[Measure, ...]:
        services = make_services(site.open_store, START, taxonomy=site.taxonomy)
        return read_measures(services)

    return Monitoring(KeptMeasures(read, seconds=5), token)


def ask(
    app: ASGIApp,
    path: str,
    headers: Mapping[str, str] | None = None,
    *,
    peer: str = "127.0.0.1",
    method: str = "GET",
) -> httpx.Response:
    """Send a request without a session from an address."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(peer, 5), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            return await client.request(method, path, headers=headers)

    return anyio.run(send)


def samples(text: str) -> Iterator[tuple[str, tuple[tuple[str, str], ...], float]]:
    """Yield name, labels and value of each sample, as Prometheus reads them."""
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            yield (
                one.name.removeprefix("living_survey_"),
                tuple(sorted(one.labels.items())),
                one.value,
            )


def values(app: ASGIApp, headers: Mapping[str, str] | None = None) -> dict[object, float]:
    """Return the values of `/metrics`, by name or by name and label values, sorted by label."""
    answer = ask(app, "/metrics", headers)
    assert answer.status_code == 200
    return {
        (name, *(value for _, value in labels)) if labels else name: number
        for name, labels, number in samples(answer.text)
    }


def test_health_says_that_it_lives_and_nothing_else(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    site.jobs = lambda: (JobEnd("daily run", "run", Outcome.FAILED, START, 1),)
    (tmp_path / "survey.duckdb").write_bytes(b"damaged" * 1000)
    answer = ask(site.app(), "/health", peer="192.0.2.7")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_tells_this_machine_the_details(site: ReviewSite) -> None:
    site.fill(["2603.00001"])
    assert ask(site.app(), "/ready").json() == {
        "status": "ok",
        "queue": 1,
        "alarms": 0,
        "jobs": {},
    }


def test_ready_tells_strangers_the_status_only(site: ReviewSite) -> None:
    site.jobs = lambda: (JobEnd("daily run", "run", Outcome.FAILED, START, 1),)
    answer = ask(site.app(), "/ready", peer="192.0.2.7")
    assert (answer.status_code, answer.json()) == (200, {"status": "degraded"})


def test_ready_is_503_without_the_database(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    (tmp_path / "survey.duckdb").write_bytes(b"damaged" * 1000)
    answer = ask(site.app(), "/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "jobs": {}})


def test_metrics_are_the_facts_of_the_status(site: ReviewSite) -> None:
    site.fill(["2603.00001", "2603.00002", "2603.00003"])
    with site.open_store() as store:
        for status, counts in ((RunStatus.DONE, {"new": 3, "requests": 4}), (RunStatus.FAILED, {})):
            run = store.runs.start("run", START)
            store.runs.finish(
                run, finished_at=START, status=status, counts=counts, seconds={"whole": 2.5}
            )
    visitor = Visitor(site.app())
    visitor.decide(visitor.get("/queue"), "2603.00001", "rejected")
    found = values(app_of(site, numbers_of(site)))
    assert found["up"] == 1
    assert found["papers"] == 3
    assert found["queue_papers", "waiting"] == 2
    assert found["decisions", "standing"] == 1
    assert found["last_success_timestamp_seconds", "run"] == START.timestamp()
    assert found["last_run_failed", "run"] == 1
    assert found["last_run_duration_seconds", "run"] == 2.5
    assert found["ledger_overdue_days"] == found["quarantine_records"] == 0
    assert found["disk_free_bytes"] > 0
    assert ("disk_bytes", "backups") in found
    assert "backup_timestamp_seconds" not in found  # there is none


def test_every_name_is_one_that_prometheus_takes(site: ReviewSite) -> None:
    answer = ask(app_of(site, numbers_of(site)), "/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = list(text_string_to_metric_families(answer.text))
    assert all(family.name.startswith("living_survey_") for family in families)
    assert all(family.documentation.endswith(".") for family in families)
    assert len({family.name for family in families}) == len(families) > 20


def test_metrics_need_the_token_if_there_is_one(site: ReviewSite) -> None:
    app = app_of(site, numbers_of(site, token=TOKEN))
    for given in (None, "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer ", f"Bearer {TOKEN}x"):
        answer = ask(app, "/metrics", {} if given is None else {"authorization": given})
        assert answer.status_code == 401, given
        assert TOKEN not in answer.text
        assert "living_survey_" not in answer.text
    found = values(app, {"authorization": f"Bearer {TOKEN}"})
    assert found["up"] == 1
    assert ask(app, "/ready").json() == {"status": "ok"}


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_without_a_token_a_proxy_gets_no_metrics(site: ReviewSite, header: str) -> None:
    app = app_of(site, numbers_of(site))
    assert ask(app, "/metrics", {header: "127.0.0.1"}).status_code == 401
    assert ask(app, "/metrics", peer="192.0.2.7").status_code == 401
    assert ask(app, "/metrics", peer="::1").status_code == 200


def test_token_is_read_from_file_or_environment(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\nnote\n", encoding="utf-8")
    assert monitor_token(MonitorSettings(token_file=file), {}) == TOKEN
    assert monitor_token(MonitorSettings(), {"METRICS_TOKEN": TOKEN}) == TOKEN
    assert monitor_token(MonitorSettings(), {}) == ""
    file.write_text("\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="is empty"):
        monitor_token(MonitorSettings(token_file=file), {})
    with pytest.raises(ConfigError, match="5 characters") as caught:
        monitor_token(MonitorSettings(), {"METRICS_TOKEN": "short"})
    assert "short" not in str(caught.value).replace("too short", "")


def test_requests_are_counted_by_route_never_by_address(site: ReviewSite) -> None:
    site.fill(["2603.00001"])
    app = app_of(site, numbers_of(site))
    visitor = Visitor(app)
    visitor.get("/queue")
    visitor.get("/paper/2603.00001")
    visitor.get("/paper/2603.99999")
    for number in range(3):
        visitor.get(f"/no/such/page-{number}")
    ask(app, "/queue")
    ask(app, "/health", method="BREW")
    visitor.get("/static/base.css")
    found = values(app)
    name = "http_request_duration_seconds_count"
    assert found[name, "GET", "/queue", "200"] == 1
    assert found[name, "GET", "/paper/{arxiv_id}", "200"] == 1
    assert found[name, "GET", "/paper/{arxiv_id}", "404"] == 1
    assert found[name, "GET", "other", "404"] == 3
    assert found[name, "GET", "other", "403"] == 1
    assert found[name, "GET", "/static", "200"] == 1
    assert found["http_request_duration_seconds_bucket", "+Inf", "GET", "/queue", "200"] == 1
    assert not any("BREW" in str(key) or "2603" in str(key) for key in found)


def test_numbers_are_read_once_in_some_seconds() -> None:
    clock, calls = Ticks(), []

    def read() -> tuple[Measure, ...]:
        calls.append(clock.now)
        return (measure("papers", "Papers.", len(calls)),)

    kept = KeptMeasures(read, seconds=5, monotonic=clock)
    for clock.now in (0.0, 1.0, 4.9, 5.0, 6.0):
        kept.now()
    assert calls == [0.0, 5.0]


def test_slow_reading_is_waited_for_by_one_only() -> None:
    clock = Ticks()
    reading, finish = threading.Event(), threading.Event()

    def read() -> tuple[Measure, ...]:
        if clock.now:
            reading.set()
            assert finish.wait(30)
        return (measure("papers", "Papers.", clock.now),)

    kept = KeptMeasures(read, seconds=5, monotonic=clock)
    first = kept.now()
    clock.now = 10.0
    slow = threading.Thread(target=kept.now)
    slow.start()
    assert reading.wait(30)
    assert kept.now() == first  # what was read before, at once
    finish.set()
    slow.join()
    assert kept.now() != first


def test_database_that_cannot_be_read_is_down() -> None:
    def read() -> tuple[Measure, ...]:
        raise LivingSurveyError("The database is busy.")

    [up] = KeptMeasures(read, seconds=5).now()
    assert (up.name, up.samples[0].value) == ("up", 0)


def test_hostile_label_stays_one_sample(site: ReviewSite) -> None:
    given = Measure("info", "Versions.", (Sample(1, {"model": HOSTILE}),), ("model",))
    monitoring = Monitoring(KeptMeasures(lambda: (given,), seconds=5))
    found = list(samples(ask(app_of(site, monitoring), "/metrics").text))
    assert ("info", (("model", HOSTILE),), 1.0) in found
    assert [value for name, _, value in found if name == "up"] == [1.0]


def test_late_issue_and_old_backup_have_numbers(site: ReviewSite) -> None:
    services = make_services(site.open_store, START + timedelta(days=1), taxonomy=site.taxonomy)
    names = {one.name for one in read_measures(services)}
    assert names >= {
        *(
            "issue_late_days",
            "failed_jobs",
            "hanging_runs",
            "alarms",
            "unpublished_papers",
            "subscribers",
        ),
        *("model_unlearned_decisions", "drift_notable", "coverage_gaps", "inbox_cases"),
    }


def rules_of_the_guide() -> list[str]:
    """Return the expressions of the alert rules in the guide."""
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "monitor.md").read_text("utf-8")
    return re.findall(r"^ +expr: (.+)$", guide, re.MULTILINE)


def test_alert_rules_name_metrics_that_exist(site: ReviewSite) -> None:
    names = {name for name, _, _ in samples(ask(app_of(site, numbers_of(site)), "/metrics").text)}
    names |= {"last_success_timestamp_seconds", "backup_timestamp_seconds"}  # of later days
    names |= {"http_request_duration_seconds_count"}
    used = re.findall(r"living_survey_(\w+)", " ".join(rules_of_the_guide()))
    assert len(used) >= 5
    assert set(used) <= names


def test_metrics_of_the_guide_are_the_metrics(site: ReviewSite) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "monitor.md").read_text("utf-8")
    table = guide.partition("| metric, with")[2].partition("### Prometheus")[0]
    named = set(re.findall(r"`([a-z_]+)`", table))
    text = ask(app_of(site, numbers_of(site)), "/metrics").text
    families = {family.name for family in text_string_to_metric_families(text)}
    exposed = {name.removeprefix("living_survey_") for name in families}
    assert exposed <= named


def test_yaml_of_the_guide_can_be_pasted() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "monitor.md").read_text("utf-8")
    scrape, rules = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL))
    [job] = scrape["scrape_configs"]
    assert job["static_configs"] == [{"targets": ["127.0.0.1:8765"]}]
    [group] = rules["groups"]
    assert [rule.keys() >= {"alert", "expr", "annotations"} for rule in group["rules"]] == [
        True
    ] * 4
