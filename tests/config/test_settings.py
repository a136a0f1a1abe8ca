"""Settings from a file and the environment, and the messages for errors."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from config.errors import ConfigError
from config.keytypes import Takes
from config.publish_schema import PublishSettings
from config.reasons import Reason
from config.rules_schema import Rule
from config.schema import SECTIONS, ArxivSettings, Settings
from config.settings import env_name, load_settings, settings_template

LOOPBACK = {
    "LIVING_SURVEY_ARXIV__OAI_URL": "http://127.0.0.1:8000/oai",
    "LIVING_SURVEY_ARXIV__RSS_URL": "http://localhost:8000",
    "LIVING_SURVEY_ARXIV__QUERY_URL": "http://[::1]:8000/api/query",
}
KEYS = [(section, key) for section, model in SECTIONS.items() for key in model.model_fields]

_WORD = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)
_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
_PATH = _WORD.map(lambda word: f"some/{word}.x")
_SECONDS = st.floats(0.001, 1e6)

REASONS = "a list of reasons, each with a code and a name of its own"
RULES = (
    "a list of rules, each with an id of its own and at least two of scope_below,"
    " outside_categories, no_words and near_rejection"
)
#: values by what a key takes; test_every_kind_of_key_has_values fails for a new kind
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "auto, debug, info, warning or error": st.sampled_from(
        ["auto", "debug", "info", "warning", "error"]
    ),
    "true or false": st.booleans(),
    "a file name such as suggestion.yml, or nothing": st.just("suggestion.yml"),
    "inline, processes or dask": st.sampled_from(["inline", "processes", "dask"]),
    'an address such as "tcp://127.0.0.1:8786", or nothing': st.sampled_from(
        ["", "tcp://127.0.0.1:8786", "tls://scheduler.lan:8786", "tcp://[::1]:8786"]
    ),
    "text, logfmt or json": st.sampled_from(["text", "logfmt", "json"]),
    "the path of a file": _PATH,
    "the path of a file, or nothing": _PATH,
    "files and directories: one path, a list of paths, or nothing": st.lists(_PATH, min_size=1),
    "the path of a directory, not the root": _PATH,
    "text on one line": _TEXT | st.just("多模态 ü"),
    "plain ASCII text on one line": _TEXT,
    "an http:// or https:// address without user name, query or fragment": _WORD.map(
        lambda word: f"https://{word}.example.org/{word}"
    ),
    "an http:// or https:// address without user name, query or fragment, or nothing": _WORD.map(
        lambda word: f"https://{word}.example.org/{word}"
    ),
    'a list of "list", "digest", "feeds" and "site"': st.lists(
        st.sampled_from(["list", "digest", "feeds", "site"]), min_size=1
    ),
    'a list of rules such as "several-sections"': st.lists(st.just("several-sections"), min_size=1),
    "a whole number from 1 to 100": st.integers(1, 100),
    "a whole number, 1 or more": st.integers(1, 2**32 - 1),
    "built or approved": st.sampled_from(["built", "approved"]),
    '"in-place" or "branch"': st.sampled_from(["in-place", "branch"]),
    "the name of a branch, which may have {digest} and {date} in it": st.sampled_from(
        ["list", "new/{date}-{digest}"]
    ),
    'a list of "moves", "withdrawals", "publications" and "ending"': st.lists(
        st.sampled_from(["moves", "withdrawals", "publications", "ending"]), min_size=1
    ),
    "a list of names, each on one line": st.lists(st.sampled_from(["ada", "bo"]), min_size=1),
    'a list of names of representations, each once and "tfidf" first': st.just(["tfidf", "mine"]),
    "a list of phrases, each on one line": st.lists(st.just("buy now"), min_size=1),
    'a time of day such as "08:30", or nothing': st.sampled_from(["00:00", "23:59"]),
    "a number of seconds above zero": _SECONDS,
    "a number of seconds, 0 or more": st.floats(0, 1e6),
    "a number of seconds, 3 or more "
    "(0 or more only when every arXiv URL is a loopback address)": st.floats(3, 1e6),
    "a whole number, 0 or more": st.integers(0, 2**32 - 1),
    "a whole number of days from 0 to 365": st.integers(0, 365),
    "a port number from 0 to 65535": st.integers(0, 65535),
    "a host name or an address to listen on": st.sampled_from(["0.0.0.0", "::1", "queue.lan"]),
    'a list of arXiv set names such as "cs" or "cs:cs:CV", at least one': st.lists(
        st.sampled_from(["cs", "eess", "cs:cs:CV"]), min_size=1
    ),
    'a list of arXiv categories such as "cs.CV", at least one': st.lists(
        st.sampled_from(["cs.CV", "eess.AS", "hep-th", "astro-ph.CO"]), min_size=1
    ),
    'a list of "en" and "zh", at least one': st.lists(st.sampled_from(["en", "zh"]), min_size=1),
    'a time of day such as "00:30"': st.sampled_from(["00:00", "07:05", "23:59"]),
    "a whole number of percent from 0 to 100": st.integers(0, 100),
    'a list of keys by action such as "approve=y"': st.lists(
        st.sampled_from(["approve=y", "next=w"]), min_size=1
    ),
    '"auto", "en" or "zh"': st.sampled_from(["auto", "en", "zh"]),
    'a list of "code", "venue", "retraction" and "citations"': st.lists(
        st.sampled_from(["code", "venue"]), min_size=1
    ),
    "the name of a model, or nothing": st.sampled_from(["qwen2.5:7b", "org/model-1"]),
    "a mail address, or nothing": st.sampled_from(["a@b.org", "x.y+z@mail.b-c.org"]),
    "a whole number from 1 to 1,000,000": st.integers(1, 1_000_000),
    "a whole number of days from 1 to 365": st.integers(1, 365),
    'a list of IP addresses and networks such as "10.0.0.0/8"': st.lists(
        st.sampled_from(["10.0.0.0/8", "::1/128", "192.0.2.7/32"]), min_size=1
    ),
    '"weekly" or "monthly", or nothing': st.sampled_from(["", "weekly", "monthly"]),
    "decided, listed or none": st.sampled_from(["decided", "listed", "none"]),
    'a day such as "2026-08-31", or nothing': st.sampled_from(["", "2026-08-31"]),
    "the path of a directory, or nothing": _PATH,
    "a list of whole numbers, each 1 or more": st.lists(st.integers(1, 10**7), min_size=1),
    "a number of days from 1 to 365": st.integers(1, 365),
    "letters, digits, dots and hyphens, or nothing": st.sampled_from(["", "a.b-c"]),
    "the name of an environment variable": st.sampled_from(["SMTP_PASSWORD", "_A1"]),
    "a host name or an address, or nothing": st.sampled_from(["", "smtp.example.org", "::1"]),
    "a mail address such as survey@example.org, or nothing": st.sampled_from(
        ["", "a@b.org", "first.last+tag@mail.example.org"]
    ),
    '"starttls", "tls" or "none"': st.sampled_from(["starttls", "tls", "none"]),
    "the address of a name server such as 9.9.9.9 or [::1]:53, or nothing": st.sampled_from(
        ["9.9.9.9", "127.0.0.1:5353", "[::1]:53"]
    ),
    '"json", "slack" or "text"': st.sampled_from(["json", "slack", "text"]),
    "a list of mail addresses such as operator@example.org": st.lists(
        st.sampled_from(["a@b.org", "first.last+tag@mail.example.org"]), min_size=1
    ),
    "an http:// or https:// address without fragment, or nothing": st.sampled_from(
        ["", "https://b.org/T/{secret}", "https://b.org/x?key=a&token=b"]
    ),
    'a program and its arguments as a list of words, such as ["logger", "-t", "survey"]': st.lists(
        st.sampled_from(["logger", "-t", "$(id)"]), min_size=1
    ),
    "a list of host names and addresses": st.lists(st.just("mail.b.org"), min_size=1),
    'a list of host names without port, such as "review.example.org"': st.lists(
        st.sampled_from(["review.example.org", "queue"]), min_size=1
    ),
    "refused or allowed": st.sampled_from(["refused", "allowed"]),
    "a whole number of minutes, 1 or more": st.integers(1, 525_600),
    "a whole number of hours, 1 or more": st.integers(1, 8_760),
    REASONS: st.just([{"code": "off-topic", "name": "Off topic"}]),
    RULES: st.just([{"id": "far-off", "scope_below": 5, "no_words": True}]),
    "a whole number of percent from 0 to 10; 3 to 5 is usual": st.integers(0, 10),
    "a whole number of weeks from 1 to 520": st.integers(1, 520),
    "a whole number of minutes from 0 to 240": st.integers(0, 240),
    '"same" or "overlapping"': st.sampled_from(["same", "overlapping"]),
    '"third" or "together"': st.sampled_from(["third", "together"]),
    'an IANA time zone such as "America/New_York"': st.sampled_from(["UTC", "Asia/Shanghai"]),
}


def takes(section: str, key: str) -> str:
    metadata = SECTIONS[section].model_fields[key].metadata
    return next(item.description for item in metadata if isinstance(item, Takes))


@st.composite
def settings_of_one_key(draw: st.DrawFn) -> tuple[str, str, Any]:
    section, key = draw(st.sampled_from(KEYS))
    return section, key, draw(VALUES[takes(section, key)])


@pytest.fixture(autouse=True)
def _empty_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "survey.toml"


def error_of(path: Path | None, env: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load_settings(path, env or {})
    assert caught.value.exit_status == 2
    assert caught.value.message.endswith(".")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_every_kind_of_key_has_values() -> None:
    assert {takes(section, key) for section, key in KEYS} == set(VALUES)


@given(settings_of_one_key(), st.booleans())
def test_key_is_set_from_the_environment(
    case: tuple[str, str, Any],
    as_json: bool,  # noqa: FBT001  # drawn by hypothesis
) -> None:
    section, key, value = case
    listed = isinstance(value, list)
    as_json = as_json or key in {"reasons", "rules"}
    text = (json.dumps(value) if as_json else ", ".join(map(str, value))) if listed else str(value)
    got = getattr(getattr(load_settings(None, {env_name(section, key): text}), section), key)
    match got:
        case Path():
            assert got == Path.cwd() / value
        case (Reason() | Rule(), *_):
            assert [one.model_dump(exclude_defaults=True) for one in got] == value
        case (Path(), *_):
            assert got == tuple(Path.cwd() / path for path in value)
        case _:
            assert got == (tuple(value) if listed else value)


@pytest.mark.parametrize(("section", "key"), KEYS)
def test_environment_overrides_the_file(file: Path, section: str, key: str) -> None:
    ours, theirs = {
        "path": ("a.x", "b.x"),
        "number": ("11", "12"),
        "list": ('["cs.CV"]', '["cs.CL"]'),
        "text": ("UTC", "GMT"),
    }[kind_of(section, key)]
    special = dict.fromkeys(
        ("daily", "repair", "digest", "publish", "mail", "backup", "alerts"), ("01:00", "02:00")
    )
    special |= dict.fromkeys(
        (
            "oai_url",
            "rss_url",
            "query_url",
            "hub_url",
            "list_url",
            "suggest_url",
            "base_url",
            "hub",
        ),
        ("https://a.org", "https://b.org"),
    )
    special |= dict.fromkeys(
        ("webhook_url", "heartbeat_url"), ("https://a.org/{secret}", "https://b.org/x?y=1")
    )
    special |= {"webhook_format": ("slack", "text"), "mail_to": ('["a@b.org"]', '["c@d.org"]')}
    special |= {"allow": ('["one-rule"]', '["another-rule"]')}
    special |= {"issues": ("built", "approved")}
    special |= {"executor": ("dask", "processes")}
    special |= {"dask_scheduler": ("tcp://a.org:1", "tls://b.org:2")}
    special |= {"targets": ('["list"]', '["digest"]')}
    special |= {"how": ("in-place", "branch"), "apply": ('["moves"]', '["withdrawals"]')}
    special |= {"kinds": ('["code"]', '["venue"]'), "mailto": ("a@b.org", "c@b.org")}
    special |= dict.fromkeys(
        ("crossref_url", "openalex_url", "github_url", "url"), ("https://a.org", "https://b.org")
    )
    special |= {"rhythm": ("weekly", "monthly"), "why": ("none", "listed")}
    special |= {"paused_until": ("2026-08-30", "2026-08-31")}
    special |= {"double_agreement": ("same", "overlapping"), "third_word": ("third", "together")}
    special |= {"repeat_percent": ("3", "5")}
    special |= {
        "rules": (
            '[{"id": "a", "scope_below": 5, "no_words": true}]',
            '[{id = "b", scope_below = 5, no_words = true}]',
        )
    }
    special |= {"plain_http": ("allowed", "refused")}
    special |= {"trusted_proxies": ('["10.0.0.0/8"]', '["::1/128"]')}
    special |= {"suggest_form": ("a.yml", "b.yml"), "enabled": ("true", "false")}
    special |= {"follow": ("true", "false")}
    special |= {"representations": ('["tfidf"]', '["tfidf", "mine"]')}
    special |= {"notice_url": ("https://a.org/notice", "https://b.org/notice")}
    special |= {"level": ("info", "error"), "format": ("text", "json")}
    special |= {"keys": ('["approve=a"]', '["approve=y"]'), "language": ("en", "zh")}
    special |= dict.fromkeys(
        ("from_address", "reply_to", "bounce_address", "unsubscribe_address"),
        ("a@b.org", "c@d.org"),
    )
    special |= {"warm_up": ("[50]", "[50, 100]"), "security": ("tls", "none")}
    special |= {"name_server": ("9.9.9.9", "9.9.9.10:53")}
    special |= {"reasons": (f"[{json.dumps({'code': 'a', 'name': 'A'})}]", '[{code="b",name="B"}]')}
    special |= {"sets": ('["cs"]', '["eess"]'), "languages": ('["en"]', '["zh"]')}
    ours, theirs = special.get(key, (ours, theirs))
    quoted = theirs if kind_of(section, key) in {"number", "list"} else json.dumps(theirs)
    file.write_text(f"[{section}]\n{key} = {quoted}\n")
    env = {env_name(section, key): ours}
    from_file = getattr(getattr(load_settings(file, {}), section), key)
    from_both = getattr(getattr(load_settings(file, env), section), key)
    file.write_text("")
    assert from_both == getattr(getattr(load_settings(file, env), section), key)
    assert from_both != from_file


def kind_of(section: str, key: str) -> str:
    words = takes(section, key)
    if "path" in words:
        return "path"
    if "list of" in words:
        return "list"
    return "number" if "number" in words or words == "true or false" else "text"


def test_defaults_apply_without_a_file(tmp_path: Path) -> None:
    settings = load_settings(env={"HOME": "/home/ada", "PATH": "/bin"})
    assert settings.file is None
    assert settings.root == tmp_path
    assert settings.database.path == tmp_path / "var" / "survey.duckdb"
    assert settings.arxiv == Settings().arxiv.model_copy(
        update={"archive": tmp_path / "var" / "archive"}
    )
    assert settings.survey.list == ()
    assert settings.now is None


def test_argument_precedes_variable_precedes_working_directory(
    tmp_path: Path,
) -> None:
    for name in ("living-survey.toml", "variable.toml", "argument.toml"):
        (tmp_path / name).write_text(f'[survey]\ntitle = "{name}"\n')
    env = {"LIVING_SURVEY_CONFIG": "variable.toml"}
    assert load_settings(Path("argument.toml"), env).survey.title == "argument.toml"
    assert load_settings(None, env).survey.title == "variable.toml"
    assert load_settings(None, {}).survey.title == "living-survey.toml"
    assert load_settings(None, {"LIVING_SURVEY_CONFIG": ""}).file == tmp_path / "living-survey.toml"


def test_relative_paths_start_at_the_files_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "elsewhere").mkdir()
    config = tmp_path / "home" / "s.toml"
    config.write_text('[survey]\nlist = "lists/a.md"\n[database]\npath = "/data/s.duckdb"\n')
    monkeypatch.chdir(tmp_path / "elsewhere")
    settings = load_settings(Path("../home/s.toml"), {})
    assert settings.survey.list == (tmp_path / "home" / "lists" / "a.md",)
    assert settings.database.path == Path("/data/s.duckdb")
    assert settings.classifier.models == tmp_path / "home" / "var" / "models"


def test_template_shows_every_key_with_its_default(file: Path) -> None:
    template = settings_template()
    file.write_text(template, encoding="utf-8")
    untouched = load_settings(file, {})
    file.write_text(
        re.sub(r"^# (\w+ = |  \{|\])", r"\1", template, flags=re.MULTILINE), encoding="utf-8"
    )
    assert load_settings(file, {}) == untouched
    uncommented = re.findall(r"^(\w+) = ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(uncommented) == sorted(key for _, key in KEYS)
    assert untouched.arxiv.min_interval_seconds == 3.0


def test_byte_order_mark_is_accepted(file: Path) -> None:
    file.write_bytes(b'\xef\xbb\xbf[survey]\ntitle = "T"\n')
    assert load_settings(file, {}).survey.title == "T"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "[arxiv]\noai_uri = 'x'",
            "unknown key 'oai_uri' in section [arxiv]. Did you mean oai_url?",
        ),
        ("[arxv]\nx = 1", "unknown section [arxv]. Did you mean [arxiv]?"),
        ("[qqq]\nx = 1", "unknown section [qqq]. The sections are survey, database, arxiv"),
        ("[digest]\nzzz = 1", "Its keys are output, languages."),
        ("[review]\npath = 'x'", "Did you mean path in [database]?"),
        ("title = 'x'", "title is outside its section. Move it below [survey]."),
        ("review = 3", "review is 3, but must be a section. Write [review]"),
        ("[review]\nport = true", "[review] port is true, but must be a port number"),
        ("[review]\nport = '8765'", '[review] port is "8765", but must be a port number'),
        ("[review]\nport = 65536", "port is 65536, but must be a port number from 0 to 65535."),
        ("[review]\nport = 1.5", "port is 1.5, but must be"),
        ("[review]\nhost = ''", 'host is "", but must be a host name'),
        ("[arxiv]\nsets = 'cs'", '[arxiv] sets is "cs", but must be a list'),
        ("[arxiv]\nsets = ['cs', 3]", '[arxiv] sets is ["cs", 3], but must be a list'),
        ("[arxiv]\nsets = []", "sets is [], but must be a list"),
        ("[arxiv]\ncategories = ['cs.CV&verb=x']", "must be a list of arXiv categories"),
        (
            "[arxiv]\nmin_interval_seconds = 2.9",
            "is 2.9, but must be a number of seconds, 3 or more",
        ),
        ("[arxiv]\nmin_interval_seconds = nan", "is NaN, but must be"),
        ("[arxiv]\nread_timeout_seconds = inf", "is Infinity, but must be"),
        ("[arxiv]\noai_url = 'ftp://x'", "must be an http:// or https:// address"),
        ("[arxiv]\noai_url = 'http://x:99999'", "must be an http:// or https:// address"),
        ("[arxiv]\noai_url = 'http://x/?verb=x'", "must be an http:// or https:// address"),
        ("[arxiv]\noai_url = 'http://[x'", "must be an http:// or https:// address"),
        ('[arxiv]\ncontact = "a@b\\r\\nX: y"', "must be plain ASCII text on one line"),
        ("[database]\npath = ''", '[database] path is "", but must be the path of a file.'),
        ("[digest]\nlanguages = ['fr']", 'must be a list of "en" and "zh"'),
        ("[review]\nlikely_from = 101", "must be a whole number of percent from 0 to 100"),
        ("[review]\nset_aside_below = 0.1", "set_aside_below is 0.1, but must be a whole number"),
        ("[review]\nkeys = ['a']", 'keys is ["a"], but must be a list of keys by action such'),
        ("[review]\nlanguage = 'fr'", 'language is "fr", but must be "auto", "en" or "zh".'),
        ("[review]\nreasons = 'x'", "[review] reasons must be a list of reasons, each with a code"),
        ("[review]\nreasons = ['x']", "[review] reasons must be a list of reasons, each with a"),
        ("[schedule]\ndaily = 00:30:00", 'daily is "00:30:00", but must be a time of day'),
        ("[schedule]\ndaily = '24:00'", "must be a time of day"),
        ("[schedule]\ntimezone = 'Mars/Base'", "must be an IANA time zone"),
        ("[schedule]\ntimezone = '../etc'", "must be an IANA time zone"),
        ("[survey]\ntitle = 2024-01-01", "must be text on one line"),
        (
            "[survey]\ntitle = 'a'\ntitle = 'b'\n",
            "is not valid TOML: Cannot overwrite a value (at line",
        ),
        ("[survey]\ntitle = a", "is not valid TOML: Invalid value (at line 2, column 9)."),
    ],
)
def test_error_in_the_file_names_it(file: Path, text: str, says: str) -> None:
    file.write_text(text, encoding="utf-8")
    message = error_of(file)
    assert str(file) in message
    assert says in message


A = "code = 'a'\nname = 'A'"


@pytest.mark.parametrize(
    ("reasons", "says"),
    [
        (
            ["code = 'no language'\nname = 'N'"],
            'reason 1: code is "no language", but must be a code of small letters, digits and hyph',
        ),
        ([A, "code = 'b'\nname = ' '"], 'reason 2: name is " ", but must be a name on one line.'),
        ([A, "code = 'b'\nname = ''"], 'reason 2: name is "", but must be a name on one line.'),
        (["code = 'a'"], "reason 1: name is missing. Give it a name on one line."),
        ([f"{A}\ntrain_as = 'x'"], "reason 1: unknown key 'train_as'. Did you mean trains_as?"),
        ([f"{A}\ntrains_as = 'maybe'"], '"maybe", but must be "out of scope" or "in scope".'),
        ([A, "code = 'a'\nname = 'B'"], "and a name of its own. Here the code 'a' occurs twice."),
        ([A, "code = 'b'\nname = 'a'"], "and a name of its own. Here the name 'a' occurs twice."),
    ],
)
def test_error_in_a_reason_names_it(file: Path, reasons: list[str], says: str) -> None:
    file.write_text("".join(f"[[review.reasons]]\n{one}\n" for one in reasons), encoding="utf-8")
    message = error_of(file)
    assert message.startswith(f"{file}: [review] reasons")
    assert says in message


def test_stated_reasons_replace_the_built_in_ones(file: Path) -> None:
    file.write_text(f"[[review.reasons]]\n{A}\ntrains_as = 'in scope'\n", encoding="utf-8")
    [only] = load_settings(file, {}).review.reasons
    assert (only.code, only.name_in("zh"), only.in_scope) == ("a", "A", True)
    file.write_text("[review]\nreasons = []\n", encoding="utf-8")
    assert load_settings(file, {}).review.reasons == ()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ARXIV__OAI_URI", "x", "Did you mean LIVING_SURVEY_ARXIV__OAI_URL?"),
        ("REVIEW__PATH", "x", "Did you mean LIVING_SURVEY_DATABASE__PATH?"),
        ("ARXV__OAI_URL", "x", "Did you mean LIVING_SURVEY_ARXIV__OAI_URL?"),
        ("DATABASE_PATH", "x", "Did you mean LIVING_SURVEY_DATABASE__PATH?"),
        ("CONFG", "x", "Did you mean LIVING_SURVEY_CONFIG?"),
        ("QQQ__ZZZ", "x", "sets no known key. The sections are survey, database"),
        ("REVIEW__PORT", "", 'LIVING_SURVEY_REVIEW__PORT is "", but must be a port'),
        ("REVIEW__PORT", "many", 'LIVING_SURVEY_REVIEW__PORT is "many", but must be a port'),
        ("ARXIV__SETS", "[1", "but must be a list of arXiv set names"),
        ("ARXIV__SETS", "", "LIVING_SURVEY_ARXIV__SETS is [], but must be a list"),
        (
            "ARXIV__MIN_INTERVAL_SECONDS",
            "0.1",
            "is 0.1, but must be a number of seconds, 3 or more",
        ),
        (
            "CONFIG",
            "gone.toml",
            "gone.toml named by LIVING_SURVEY_CONFIG does not exist. Run `living-",
        ),
    ],
)
def test_error_in_the_environment_names_the_variable(name: str, value: str, says: str) -> None:
    assert says in error_of(None, {f"LIVING_SURVEY_{name}": value})


def test_variables_of_container_platforms_are_ignored() -> None:
    env = dict.fromkeys(
        ("SERVICE_HOST", "SERVICE_PORT", "PORT", "PORT_8765_TCP", "PORT_8765_TCP_ADDR"), "x"
    )
    assert load_settings(None, {f"LIVING_SURVEY_{name}": env[name] for name in env}).review.port


def test_missing_named_file_is_rejected(tmp_path: Path) -> None:
    message = error_of(tmp_path / "gone.toml")
    assert f"The configuration file {tmp_path / 'gone.toml'} does not exist." in message
    assert "living-survey init" in message


def test_directory_is_rejected_as_file(tmp_path: Path) -> None:
    assert f"{tmp_path} cannot be read: it is a directory, not a file." in error_of(tmp_path)


def test_file_that_is_not_utf_8_is_rejected(file: Path) -> None:
    file.write_bytes(b'[survey]\ntitle = "\xff"\n')
    assert "is not UTF-8 text (byte 18)" in error_of(file)


def test_long_value_is_shortened_in_the_message(file: Path) -> None:
    file.write_text(f"[review]\nport = '{'9' * 500}'", encoding="utf-8")
    assert len(error_of(file)) < 400


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("[enrich]\nopenalex_url", "https://me:hunter3@example.org"),
        ("[subscribers]\nurl", "https://hunter3@example.org"),
        ("[alerts]\nwebhook_url", "ftp://example.org/T0/hunter3"),
        ("[alerts]\nheartbeat_url", "https://example.org/hunter3#x"),
    ],
)
def test_refusal_does_not_repeat_a_secret(file: Path, setting: str, value: str) -> None:
    file.write_text(f'{setting} = "{value}"', encoding="utf-8")
    said = error_of(file)
    assert "hunter3" not in said
    assert "must be an http:// or https:// address" in said


@pytest.mark.parametrize(
    "url",
    [
        'https://a.org/"onclick=', "https://a.org/'x", "https://a.org/<b>", "https://a.org/a\\b",
        "https://a.org/{x}", "https://a.org/^`|", "https://a.org/%zz", "https://a.org/\u202ex",
        "https://a.org/\u3164", "https://a.org/\x00", "https://a.org/a b", "https://u:p@a.org/x",
        "https://a.org?", "https://a.org/#", "javascript:alert(1)", "https://", "//a.org",
    ],
)  # fmt: skip
@pytest.mark.parametrize("key", ["suggest_url", "list_url"])
def test_hostile_address_is_refused(url: str, key: str) -> None:
    with pytest.raises(ValidationError):
        PublishSettings.model_validate({key: url})


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/a/b/issues/new", "https://a.org:8443/x_(y)/~z", "http://[::1]:80/x",
        "https://例子.测试/论文", "https://a.org/%E8%AE%BA", "https://a.org/a,b;c=d+e!$&*",
    ],
)  # fmt: skip
def test_usual_address_is_taken(url: str) -> None:
    assert PublishSettings(suggest_url=url).suggest_url == url


def test_loopback_urls_allow_short_interval_and_set_clock() -> None:
    hurried = {**LOOPBACK, "LIVING_SURVEY_ARXIV__MIN_INTERVAL_SECONDS": "0"}
    clock = {"LIVING_SURVEY_NOW": "2026-03-17T12:00:00+01:00"}
    settings = load_settings(None, hurried | clock)
    assert settings.arxiv.min_interval_seconds == 0.0
    assert settings.now == datetime(2026, 3, 17, 11, tzinfo=UTC)
    assert not settings.arxiv.is_live


@pytest.mark.parametrize("live", sorted(LOOPBACK))
def test_one_live_url_forbids_short_interval_and_set_clock(live: str) -> None:
    env = LOOPBACK | {live: "http://127.0.0.1.example.org"}
    assert load_settings(None, env).arxiv.is_live
    assert "3 or more" in error_of(None, env | {"LIVING_SURVEY_ARXIV__MIN_INTERVAL_SECONDS": "2"})
    message = error_of(None, env | {"LIVING_SURVEY_NOW": "2026-03-17T12:00:00Z"})
    assert "LIVING_SURVEY_NOW is set while an arXiv URL is not a loopback address" in message


def test_clock_without_offset_is_utc() -> None:
    now = load_settings(None, LOOPBACK | {"LIVING_SURVEY_NOW": "2026-03-17T12:00:00"}).now
    assert now == datetime(2026, 3, 17, 12, tzinfo=UTC)
    assert load_settings(None, {"LIVING_SURVEY_NOW": ""}).now is None
    assert 'is "noon", but must be an instant' in error_of(None, {"LIVING_SURVEY_NOW": "noon"})


def test_short_interval_is_rejected_in_code_too() -> None:
    with pytest.raises(ValueError, match="min_interval_seconds"):
        ArxivSettings(min_interval_seconds=1)


def test_settings_are_frozen() -> None:
    settings = load_settings(None, {})
    with pytest.raises(ValueError, match="frozen"):
        settings.review.port = 1


def test_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("LIVING_SURVEY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LIVING_SURVEY_SURVEY__TITLE", "From the process")
    assert load_settings().survey.title == "From the process"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LIVING_SURVEY_DATABASE__PATH", "a\0b"),
        ("LIVING_SURVEY_DIGEST__OUTPUT", "~nosuchuser/x"),
        ("LIVING_SURVEY_SURVEY__TITLE", "\udcff"),
        ("LIVING_SURVEY_ARXIV__SETS", "[" * 100_000),
        ("LIVING_SURVEY_NOW", "0001-01-01T00:00:00+14:00"),
        ("LIVING_SURVEY_NOW", "9999-12-31T00:00:00Z"),
    ],
)
def test_extreme_value_is_one_config_error(variable: str, value: str) -> None:
    with pytest.raises(ConfigError, match=variable):
        load_settings(None, {variable: value})


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 5000])
def test_file_with_huge_number_or_nesting_is_rejected(tmp_path: Path, value: str) -> None:
    file = tmp_path / "survey.toml"
    file.write_text(f"[review]\nport = {value}\n")
    with pytest.raises(ConfigError, match=re.escape(str(file))):
        load_settings(file, {})


PATHS = [(s, k) for s, k in KEYS if "path" in takes(s, k)]


@pytest.mark.parametrize(("section", "key"), PATHS)
def test_paths_that_cannot_be_used_are_refused(section: str, key: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "fifo")
    is_file = "of a file" in takes(section, key)
    wrong = ["/", "//", "/.", "/.."]
    wrong += ["folder", "folder/", ".", "..", "~", "new/", "/tmp"] if is_file else ["fifo"]
    wrong += ["file"] if "of a directory" in takes(section, key) else []
    if "nothing" not in takes(section, key):
        wrong += ["", "/dev/null"]
    for value in wrong:
        with pytest.raises(ConfigError, match=re.escape(takes(section, key))) as refused:
            load_settings(env={env_name(section, key): value})
        assert refused.value.exit_status == 2


@pytest.mark.parametrize(("section", "key"), PATHS)
def test_paths_that_are_there_already_are_accepted(section: str, key: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    name = "file" if "of a file" in takes(section, key) else "folder"
    (tmp_path / "link").symlink_to(tmp_path / name)
    (tmp_path / "dangling").symlink_to(tmp_path / "gone")
    for value in (name, "link", "dangling", "new", f"./{name}", str(tmp_path / name)):
        settings = load_settings(env={env_name(section, key): value})
        got = getattr(getattr(settings, section), key)
        assert got == ((tmp_path / value,) if key == "list" else tmp_path / value)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"a.md"', ["a.md"]),
        ('["a.md", "/lists/b.md"]', ["a.md", "/lists/b.md"]),
        ('["folder"]', ["folder"]),
        ('""', []),
        ("[]", []),
    ],
)
def test_list_is_one_path_or_several(
    file: Path, tmp_path: Path, written: str, expected: list[str]
) -> None:
    (tmp_path / "folder").mkdir()
    file.write_text(f"[survey]\nlist = {written}\n")

    assert load_settings(file, {}).survey.list == tuple(tmp_path / path for path in expected)


@pytest.mark.parametrize("written", ["3", '["a.md", 3]', '["/"]', '["a.md", ""]', '{a = "b.md"}'])
def test_list_of_other_things_is_refused(file: Path, written: str) -> None:
    file.write_text(f"[survey]\nlist = {written}\n")

    assert "list is" in (said := error_of(file))
    assert "must be files and directories: one path" in said


@pytest.mark.parametrize(
    "value", ["[]", '["mine"]', '["mine", "tfidf"]', '["tfidf", "tfidf"]', '["tfidf", "A"]']
)
def test_representations_begin_with_the_terms(file: Path, value: str) -> None:
    file.write_text(f"[classifier]\nrepresentations = {value}\n", "utf-8")
    with pytest.raises(ConfigError, match=r'must be a list of names.*each once and "tfidf" first'):
        load_settings(file)


def test_hub_takes_the_place_of_addresses_that_are_not_stated() -> None:
    hub = {"LIVING_SURVEY_ARXIV__HUB_URL": "http://127.0.0.1:8767/"}
    arxiv = load_settings(None, hub).arxiv
    assert arxiv.oai_url == "http://127.0.0.1:8767/oai"
    assert arxiv.rss_url == "http://127.0.0.1:8767"
    assert arxiv.query_url == "http://127.0.0.1:8767/api/query"
    assert not arxiv.is_live
    quick = {**hub, "LIVING_SURVEY_ARXIV__MIN_INTERVAL_SECONDS": "0.1"}
    assert load_settings(None, quick).arxiv.min_interval_seconds == 0.1
    live = {"LIVING_SURVEY_ARXIV__QUERY_URL": "https://export.arxiv.org/api/query"}
    own = load_settings(None, {**hub, **live}).arxiv
    assert own.query_url == live["LIVING_SURVEY_ARXIV__QUERY_URL"]
    assert own.oai_url == arxiv.oai_url
    assert own.is_live
    with pytest.raises(ConfigError, match="MIN_INTERVAL_SECONDS"):
        load_settings(None, {**quick, **live})
