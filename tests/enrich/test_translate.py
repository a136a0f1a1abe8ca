"""Machine translation: provenance, what is refused, and where it is shown."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.enrich.translation.answer import PROMPT, PROMPT_HASH, RefusedError, checked
from storage.store import OpenStore
from storage.translations import text_hash
from tests.support.builders import make_decision, make_paper
from tests.support.chat import Chat, chat_endpoint, chinese
from tests.support.cli import SurveyInProcess
from tests.support.storage import opener

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
ID = "2601.00001"
TITLE = "Kettles that sing: a study of multimodal whistles"
ABSTRACT = "We study kettles with 30 whistles. Code: https://github.com/a/kettle. " * 4


@pytest.fixture
def chat() -> Iterator[Chat]:
    with chat_endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    open_store = opener(tmp_path)
    hold(open_store, ID)
    return open_store


def hold(open_store: OpenStore, arxiv_id: str, title: str = TITLE) -> None:
    with open_store() as store:
        store.papers.upsert([make_paper(arxiv_id, title=title, abstract=ABSTRACT)], seen_at=NOW)
        store.decisions.add([make_decision(arxiv_id, decided_at=NOW)])


@pytest.fixture
def survey(tmp_path: Path, chat: Chat, open_store: OpenStore) -> SurveyInProcess:
    del open_store
    return SurveyInProcess(
        tmp_path,
        {
            "LIVING_SURVEY_NOW": "2026-03-23T12:00:00Z",
            "LIVING_SURVEY_ARXIV__OAI_URL": "http://127.0.0.1:9/oai",
            "LIVING_SURVEY_ARXIV__RSS_URL": "http://127.0.0.1:9",
            "LIVING_SURVEY_ARXIV__QUERY_URL": "http://127.0.0.1:9/api/query",
            "LIVING_SURVEY_DATABASE__PATH": str(tmp_path / "survey.duckdb"),
            "LIVING_SURVEY_DIGEST__OUTPUT": str(tmp_path / "digests"),
            "LIVING_SURVEY_DIGEST__LANGUAGES": "en, zh",
            "LIVING_SURVEY_TRANSLATE__URL": chat.url,
            "LIVING_SURVEY_TRANSLATE__MODEL": "kettle-7b",
        },
    )


def stored(open_store: OpenStore) -> list[tuple[object, ...]]:
    sql = "SELECT arxiv_id, field, model, host, prompt_hash, source_hash FROM translations"
    with open_store() as store:
        return sorted(store._session.rows(sql))


def test_translation_is_stored_with_its_provenance(
    survey: SurveyInProcess, open_store: OpenStore, chat: Chat
) -> None:
    ended = survey.call("translate")
    assert (ended.status, ended.out) == (0, "translated 1 paper\n")
    assert stored(open_store) == [
        (ID, "abstract", "kettle-7b", "127.0.0.1", PROMPT_HASH, text_hash(ABSTRACT)),
        (ID, "title", "kettle-7b", "127.0.0.1", PROMPT_HASH, text_hash(TITLE)),
    ]
    [request] = chat.requests
    assert request["path"] == "/v1/chat/completions"
    assert request["messages"][0] == {"role": "system", "content": PROMPT}
    assert chat.keys == {""}
    assert survey.call("translate").out == "translated 0 papers\n"
    assert len(chat.requests) == 1


def test_changed_title_is_translated_again(
    survey: SurveyInProcess, open_store: OpenStore, chat: Chat
) -> None:
    survey.call("translate")
    hold(open_store, ID, title="Kettles that hum: another study of whistles")
    assert survey.json("translate")["translated"] == 1
    assert len(chat.requests) == 2


def test_key_comes_from_a_file_and_is_not_shown(
    survey: SurveyInProcess, chat: Chat, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("sk-hush\n")
    chat.status, chat.body = 401, b'{"error": "sk-hush is wrong"}'
    ended = survey.call("translate", LIVING_SURVEY_TRANSLATE__KEY_FILE=str(tmp_path / "key"))
    assert chat.keys == {"Bearer sk-hush"}
    assert ended.status == 75
    assert "sk-hush" not in ended.out + ended.err
    assert "the endpoint answers with status 401" in ended.out


def test_nothing_is_sent_unless_it_is_set_up(survey: SurveyInProcess, chat: Chat) -> None:
    ended = survey.call("translate", LIVING_SURVEY_TRANSLATE__MODEL="")
    assert ended.status == 2
    plain = survey.call("translate", LIVING_SURVEY_TRANSLATE__URL="http://llm.example.org/v1")
    assert plain.status == 2
    assert "neither https nor on this machine" in plain.err
    assert chat.requests == []


def texts(title: str, abstract: str = "") -> str:
    return json.dumps({"title": title, "abstract": abstract or "研究水壶" * 20})


#: what a model says -> why it is refused
REFUSED: dict[str, Callable[[dict[str, str]], str]] = {
    "it is not the JSON that was asked for": lambda _: "当然,以下是翻译:水壶",
    "it is not Chinese": lambda _: texts("I will not translate this at all"),
    "it is the original": lambda sent: texts(sent["title"]),
    "it holds an address that the original has not": lambda _: texts(
        "水壶 见 https://evil.example/x"
    ),
    "it holds markup that the original has not": lambda _: texts("水壶<script>alert(1)</script>"),
    "it holds invisible characters": lambda _: texts("水壶\u202e的研究"),
    "its length fits no translation": lambda _: texts("水壶" * 200),
}


@pytest.mark.parametrize("cause", REFUSED)
def test_answer_that_is_no_translation_is_refused_once(
    survey: SurveyInProcess, open_store: OpenStore, chat: Chat, cause: str
) -> None:
    chat.say = REFUSED[cause]
    report = survey.json("translate")
    assert report["refused"] == {cause: 1}
    assert stored(open_store) == []
    survey.call("translate")
    assert len(chat.requests) == 1


def test_answer_cut_short_is_refused(survey: SurveyInProcess, chat: Chat) -> None:
    chat.finish = "length"
    assert survey.json("translate")["refused"] == {"it ended with 'length'": 1}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"choices": []}',
        b'{"choices": [{"message": {"content": 3}}]}',
        b'{"choices": [{"message": {"content": null}}]}',
        b"[" * 50_000,
        b" " * 2_000_001,
        b'{"choices": NaN}',
    ],
    ids=["empty", "page", "none", "number", "null", "nested", "large", "NaN"],
)
def test_wrong_answer_stops_and_stores_nothing(
    survey: SurveyInProcess, open_store: OpenStore, chat: Chat, body: bytes
) -> None:
    hold(open_store, "2601.00002")
    chat.body = body
    ended = survey.call("translate")
    assert ended.status == 75
    assert "without a translation: 2 papers" in ended.out
    assert len(chat.requests) == 1
    assert stored(open_store) == []


def test_thoughts_and_fences_are_left_out(
    survey: SurveyInProcess, open_store: OpenStore, chat: Chat
) -> None:
    chat.say = lambda sent: f"<think>{{}} hm</think>\n```json\n{chinese(sent)}\n```\n"
    assert survey.json("translate")["translated"] == 1
    assert len(stored(open_store)) == 2


def test_labels_decisions_and_predictions_are_not_touched(
    survey: SurveyInProcess, open_store: OpenStore
) -> None:
    def others() -> dict[str, list[tuple[object, ...]]]:
        with open_store() as store:
            names = store._session.rows(
                "SELECT table_name FROM duckdb_tables() WHERE table_name NOT IN"
                " ('translation', 'run', 'store_state', 'run_event') ORDER BY 1"
            )
            return {name: store._session.rows(f"FROM {name} ORDER BY ALL") for (name,) in names}

    before = others()
    survey.call("translate")
    after = others()
    changed = {name for name in before if before[name] != after[name]}
    assert all(name.startswith("run_") for name in changed), changed


def test_chinese_digest_shows_titles_marked_as_machine_made(
    survey: SurveyInProcess, tmp_path: Path
) -> None:
    survey.call("translate")
    ended = survey.call("digest", "--week", "2026-W12")
    assert ended.status == 0, ended.err
    digests = tmp_path / "digests"
    for suffix in ("md", "html", "txt"):
        assert "机器翻译（kettle-7b）：" in (digests / f"2026-W12.zh.{suffix}").read_text()
        assert "kettle-7b" not in (digests / f"2026-W12.{suffix}").read_text()
    document = json.loads((digests / "2026-W12.json").read_text())
    [paper] = document["groups"][0]["papers"]
    assert paper["machine_translation"]["model"] == "kettle-7b"
    assert paper["title"] == TITLE


def test_translation_after_publication_changes_no_issue(
    survey: SurveyInProcess, tmp_path: Path
) -> None:
    assert survey.call("digest", "--week", "2026-W12").status == 0
    before = (tmp_path / "digests/2026-W12.zh.md").read_bytes()
    later = "2026-03-24T12:00:00Z"
    assert survey.call("translate", LIVING_SURVEY_NOW=later).status == 0
    assert survey.call("digest", "--week", "2026-W12", LIVING_SURVEY_NOW=later).status == 0
    assert (tmp_path / "digests/2026-W12.zh.md").read_bytes() == before
    assert survey.call("verify").status == 0


def test_translation_of_another_title_than_the_printed_is_not_shown(
    survey: SurveyInProcess, open_store: OpenStore, tmp_path: Path
) -> None:
    hold(open_store, ID, title="Kettles that hum: another study of whistles")
    assert survey.json("translate")["translated"] == 1
    survey.call("digest", "--week", "2026-W12")
    issue = (tmp_path / "digests/2026-W12.zh.md").read_text()
    assert TITLE in issue  # as it was approved
    assert "机器翻译" not in issue


def test_names_and_addresses_of_the_original_are_kept() -> None:
    source = "CLIP on <b>kettles</b>, see https://github.com/a/kettle and a@b.org for 30 results"
    said = "CLIP 用于<b>水壶</b>，结果见 https://github.com/a/kettle 与 a@b.org，共30项结果"
    assert checked(said, source) == said
    with pytest.raises(RefusedError):
        checked(said.replace("a@b.org", "c@d.org"), source)
