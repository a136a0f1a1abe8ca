"""A file that nests thousands deep, or has a number of thousands of digits, is refused by name."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from config.errors import ConfigError, LivingSurveyError
from config.json_toml import load_json, load_toml
from config.taxonomy import load_taxonomy
from config.taxonomy_file import read_taxonomy
from pipeline.curated.lint.online.memory import read_memory
from pipeline.learn.drift_report import newest_drift
from pipeline.learn.reading import last_reading
from pipeline.publish.lake.manifest import read_manifest
from pipeline.publish.mail.journal import read_journal
from pipeline.publish.mail.suppression_file import read_suppressions
from pipeline.publish.mail.webhook.spool import webhook_state
from pipeline.publish.release.changes import read_release
from pipeline.taxonomy.plan_file import read_plan

DEEP_JSON = "[" * 100_000 + "\n"
HUGE = "9" * 5_000
TOML = pytest.mark.parametrize(
    "text",
    [
        f"a = {'[' * 20_000}",
        f"a = {'{ a = ' * 20_000}",
        f"a = {HUGE}",
        f"a{'.a' * 5_000} = 1",
        f"[a{'.a' * 5_000}]",
    ],
    ids=["lists", "tables", "number", "key", "header"],
)


@pytest.mark.parametrize("text", [DEEP_JSON, '{"a":' * 100_000, HUGE, "{", b"\xff"])
def test_fault_of_json_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        load_json(text)


@TOML
def test_fault_of_toml_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="too large to read"):
        load_toml(text)


def test_other_texts_are_read() -> None:
    assert load_json(b'{"a": [1]}') == {"a": [1]}
    assert load_toml("a.b.c = [1]") == {"a": {"b": {"c": [1]}}}
    with pytest.raises(tomllib.TOMLDecodeError, match="line 1"):
        load_toml("a = ]")


@TOML
def test_taxonomy_and_plan_are_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^x\.toml cannot be read"):
        read_taxonomy(text, "x.toml")
    plan = tmp_path / "plan.toml"
    plan.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"plan\.toml cannot be read"):
        read_plan(plan, load_taxonomy(), load_taxonomy())


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("manifest.json", read_manifest),
        ("suppressions.jsonl", read_suppressions),
        ("week.jsonl", lambda folder: read_journal(folder, "week")),
        ("papers.jsonl", read_release),
        ("links.json", lambda folder: read_memory(folder / "links.json")),
    ],
)
def test_file_is_named(name: str, read: Callable[[Path], object], tmp_path: Path) -> None:
    (tmp_path / name).write_text(DEEP_JSON, encoding="utf-8")
    with pytest.raises(LivingSurveyError, match=name):
        read(tmp_path)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("drift-2026-03-17.json", newest_drift),
        ("reading.json", last_reading),
        ("webhook-events.json", lambda folder: webhook_state(folder).confirm),
    ],
)
def test_file_that_may_be_missing_counts_as_missing(
    name: str, read: Callable[[Path], object], tmp_path: Path
) -> None:
    (tmp_path / name).write_text(DEEP_JSON, encoding="utf-8")
    assert not read(tmp_path)
