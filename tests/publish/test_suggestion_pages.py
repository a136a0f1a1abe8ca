"""Suggesting on the public pages: form, limits, answer page."""

import re
import socket
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.reasons import DEFAULT_REASONS
from storage.backup import back_up
from storage.freezes import Freeze
from storage.restore import restore
from storage.suggestion_types import Relation, SuggestionKind, SuggestionState
from storage.types import Verdict
from tests.support.storage import database
from tests.support.subscribers import ORIGIN, links_in
from tests.support.suggestions import (
    PAPER,
    SECTION,
    Suggesting,
    kept_suggesting,
    suggesting,
    text_of,
    token_in,
)

HOSTILE = '<script>alert(1)</script> \x1b]0;x\x07 =HYPERLINK("http://e.example")\r\nBcc: eve@x.org'


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Suggesting]:
    with kept_suggesting(tmp_path) as found:
        yield found


def answer_page(site: Suggesting, **fields: str) -> str:
    """Suggest something; return the path of the page with the answer."""
    sent = site.send(site.client(), **fields)
    assert sent.status_code == 303, text_of(sent)
    return sent.headers["location"]


def test_pages_are_off_by_default(tmp_path: Path) -> None:
    client = suggesting(tmp_path, enabled=False).client()
    assert client.get("/suggestions").status_code == 404
    assert client.post("/suggestions").status_code == 404
    assert "/suggestions" not in client.get("/subscribe").text


@pytest.mark.parametrize(
    "given",
    [
        "2603.00001",
        "arXiv:2603.00001v3 [cs.CV]",
        "https://arxiv.org/pdf/2603.00001v2.pdf",
        "see http://www.arxiv.org/abs/2603.00001?context=cs for more",
        "https://doi.org/10.48550/arXiv.2603.00001",
        "  10.48550/arXiv.2603.00001 ",
        "https://huggingface.co/papers/2603.00001",
    ],
)
def test_any_pasted_form_of_an_id_is_read(site: Suggesting, given: str) -> None:
    answer_page(site, paper=given)
    [stored] = site.stored()
    assert (stored.arxiv_id, stored.kind) == (PAPER, SuggestionKind.MISSING_PAPER)


def test_old_id_is_read(site: Suggesting) -> None:
    answer_page(site, paper="https://arxiv.org/abs/hep-th/9901001v1")
    assert site.stored()[0].arxiv_id == "hep-th/9901001"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "There is no arXiv ID in it."),
        ("a great paper", "There is no arXiv ID in it."),
        ("http://169.254.169.254/latest/meta-data", "There is no arXiv ID in it."),
        ("file:///etc/passwd", "There is no arXiv ID in it."),
        ("2603.0001", "There is no such arXiv ID"),
        ("2703.00001", "There is no such arXiv ID"),
        ("2603.00001 and 2603.00002", "These are several papers."),
    ],
)
def test_what_is_no_id_is_explained_and_not_stored(site: Suggesting, given: str, said: str) -> None:
    answer = site.send(site.client(), paper=given)
    assert answer.status_code == 400
    assert said in text_of(answer)
    assert not site.stored()


def test_stored_suggestion_says_who_asked_as_given(site: Suggesting) -> None:
    answer_page(
        site, name=" Ada  Lovelace ", relation="author", section=SECTION, note="We\n\n\nedit.",
        credit="yes",
    )  # fmt: skip
    [stored] = site.stored()
    assert (stored.name, stored.relation, stored.credited) == (
        "Ada Lovelace",
        Relation.AUTHOR,
        True,
    )
    assert (stored.new_value, stored.note) == (SECTION, "We\n\nedit.")


def test_answer_follows_the_paper_until_it_is_listed(site: Suggesting) -> None:
    page = answer_page(site)
    client = site.client()
    assert "the next run" in text_of(client.get(page))
    site.hold(title="Plans & <b>Layouts</b>")
    assert "waits for a reviewer" in text_of(client.get(page))
    assert "Plans &amp; &lt;b&gt;Layouts" in client.get(page).text
    site.decide()
    said = text_of(client.get(page))
    assert "The paper has been in the list since 2026-03-17." in said
    assert "Image Generation" in said or "image" in said.lower()


def test_answer_says_why_not_and_names_no_reviewer(site: Suggesting) -> None:
    page = answer_page(site)
    site.hold()
    site.pages.clock.now += timedelta(days=1)
    site.decide(
        verdict=Verdict.REJECTED, reason="talking-head", reviewer="grace", note="dull and late"
    )
    said = text_of(site.client().get(page))
    assert "The reason: Talking head only" in said
    assert "grace" not in said
    assert "dull" not in said
    assert "仅说话人头像" in text_of(site.client().get(f"{page}?lang=zh"))


def test_unknown_paper_is_answered(site: Suggesting) -> None:
    page = answer_page(site)
    with site.pages.open_store() as store:
        store.suggestions.looked_up([], [PAPER], site.pages.clock())
    assert f"arXiv was asked and has no paper arXiv:{PAPER}" in text_of(site.client().get(page))


def test_rejected_paper_is_said_at_once_until_something_is_new(site: Suggesting) -> None:
    site.hold()
    site.decide(verdict=Verdict.REJECTED, reason="duplicate")
    answer = site.send(site.client())
    assert answer.status_code == 200
    said = text_of(answer)
    assert "was suggested or found before and is not listed. The reason: Duplicate" in said
    assert "Do you know something that the reviewers did not?" in said
    assert not site.stored()
    again = site.send(site.client(), token=token_in(answer.text), note="The second part is new.")
    assert again.status_code == 303
    waiting = " ".join(site.client().get(again.headers["location"]).text.split())
    assert "waits for a reviewer" in waiting
    assert "was suggested or found before and is not listed. The reason:" in waiting
    assert site.stored()[0].state is SuggestionState.WAITING


def test_listed_paper_is_said_at_once(site: Suggesting) -> None:
    site.hold()
    site.decide()
    answer = site.send(site.client())
    assert "has been in the list since 2026-03-17" in text_of(answer)
    assert not site.stored()


def test_correction_of_an_unlisted_paper_offers_to_suggest_it(site: Suggesting) -> None:
    answer = site.send(site.client(), kind="accepted-at", value="CVPR 2026")
    assert "there is nothing to correct" in text_of(answer)
    assert f"kind=missing-paper&amp;arxiv_id={PAPER}" in answer.text


@pytest.mark.parametrize(
    ("kind", "fields", "value", "old"),
    [
        ("wrong-section", {"section": "agents"}, "agents", SECTION),
        ("accepted-at", {"value": "CVPR  2026"}, "CVPR 2026", ""),
        (
            "missing-code",
            {"value": "https://github.com/a/b.git"},
            "https://github.com/a/b",
            "",
        ),
        ("withdrawn", {"note": "Retracted by the journal."}, "", ""),
        ("duplicate-of", {"value": "arXiv:2603.00009v1"}, "2603.00009", ""),
    ],
)
def test_corrections_keep_old_and_new_value(
    site: Suggesting, kind: str, fields: dict[str, str], value: str, old: str
) -> None:
    site.hold()
    site.decide()
    page = answer_page(site, kind=kind, **fields)
    [stored] = site.stored()
    assert (stored.kind.value, stored.new_value, stored.old_value) == (kind, value, old)
    assert stored.state is SuggestionState.WAITING
    assert "waits for a reviewer" in text_of(site.client().get(page))


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("wrong-section", {}),
        ("wrong-section", {"section": "no-such"}),
        ("accepted-at", {"value": " \u200b "}),
        ("missing-code", {"value": "https://evil.example/code"}),
        ("missing-code", {"value": "javascript:alert(1)"}),
        ("missing-code", {"value": "http://127.0.0.1/github.com"}),
        ("duplicate-of", {"value": PAPER}),
        ("withdrawn", {"note": " "}),
        ("nonsense", {}),
        ("missing-paper", {"name": "x" * 101}),
        ("missing-paper", {"note": "x" * 2001}),
    ],
)
def test_incomplete_form_is_shown_again_with_the_fault(
    site: Suggesting, kind: str, fields: dict[str, str]
) -> None:
    site.hold()
    site.decide()
    answer = site.send(site.client(), kind=kind, **fields)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert not site.stored()


def test_record_of_arxiv_is_said_to_be_never_edited(site: Suggesting) -> None:
    page = site.client().get(f"/suggestions?kind=wrong-record&arxiv_id={PAPER}")
    assert "are never changed here" in text_of(page)
    assert f'href="https://arxiv.org/abs/{PAPER}"' in page.text


@pytest.mark.parametrize("field", ["kind", "paper", "value", "section", "note", "name", "relation"])
def test_hostile_field_stays_text(site: Suggesting, field: str) -> None:
    site.hold()
    site.decide()
    given = {"kind": "accepted-at", "value": "CVPR 2026", field: f"{HOSTILE} {PAPER}"}
    answer = site.send(site.client(), **given)
    if answer.status_code == 303:
        answer = site.client().get(answer.headers["location"])
    assert "<script" not in answer.text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", answer.text)
    for stored in site.stored():
        assert "\x1b" not in repr(stored)
        assert "\r" not in stored.name + stored.new_value


def test_many_askers_are_one_case(site: Suggesting) -> None:
    for number in range(3):
        client = site.client(peer=f"203.0.{number}.9")
        assert site.send(client, name=f"Reader {number}").status_code == 303
    with site.pages.open_store() as store:
        [case] = store.suggestions.cases(limit=10)
    assert (case.askers, case.arxiv_id) == (3, PAPER)
    last = site.stored()[0]
    page = urlsplit(site.pages.links.suggestion(last.suggestion_id)).path
    assert "3 people suggested this." in text_of(site.client().get(page))


def test_form_sent_twice_is_stored_once(site: Suggesting) -> None:
    client = site.client()
    token = site.form(client)
    places = {site.send(client, token=token).headers["location"] for _ in range(3)}
    assert len(places) == 1
    assert len(site.stored()) == 1


def test_trap_stops_a_program_and_is_said(site: Suggesting) -> None:
    answer = site.send(site.client(), homepage="http://spam.example")
    assert answer.status_code == 400
    assert "A hidden field was filled in" in text_of(answer)
    assert not site.stored()


def test_form_needs_a_token_of_its_own_time(site: Suggesting) -> None:
    client = site.client()
    token = token_in(client.get("/suggestions?kind=missing-paper").text)
    assert "faster than a person" in text_of(site.send(client, token=token))
    site.pages.clock.now += timedelta(hours=25)
    old = site.send(client, token=token)
    assert "more than a day" in text_of(old)
    assert token_in(old.text) != token
    for forged in ("x", token[:-1] + ("A" if token[-1] != "A" else "B"), "0" * 42):
        assert site.send(client, token=forged).status_code == 400
    assert not site.stored()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_form_of_another_site_is_refused(site: Suggesting, origin: str) -> None:
    client = site.client()
    fields = {"form": site.form(client), "kind": "missing-paper", "paper": PAPER}
    assert client.post("/suggestions", data=fields, origin=origin).status_code == 403
    assert not site.stored()


def test_one_network_is_limited(site: Suggesting) -> None:
    answers = [site.send(site.client(), paper=f"2603.{n:05}") for n in range(1, 30)]
    assert [answer.status_code for answer in answers].count(303) == site.settings.per_network
    assert answers[-1].status_code == 429
    assert answers[-1].headers["retry-after"] == "3600"
    assert len(site.stored()) == site.settings.per_network


def test_many_networks_are_limited_together(tmp_path: Path) -> None:
    with kept_suggesting(tmp_path, per_hour=15) as site:
        statuses = [
            site.send(site.client(peer=f"203.{n}.1.1"), paper=f"2603.{n:05}").status_code
            for n in range(1, 41)
        ]
        stored = site.stored()
    assert statuses.count(303) == len(stored) == 15
    assert set(statuses[15:]) == {429}


def test_full_inbox_takes_no_more_whatever_the_pace(tmp_path: Path) -> None:
    site = suggesting(tmp_path, waiting_at_most=5)
    for number in range(1, 12):
        site.pages.clock.now += timedelta(hours=2)
        answer = site.send(site.client(), paper=f"2603.{number:05}")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "86400")
    assert "wait for an answer" in text_of(answer)
    assert len(site.stored()) == 5


def test_forwarded_header_of_a_stranger_is_not_believed(site: Suggesting) -> None:
    for number in range(1, 30):
        client = site.client()
        fields = {"form": site.form(client), "kind": "missing-paper", "paper": f"2603.{number:05}"}
        client.post("/suggestions", data=fields, **{"x-forwarded-for": f"8.8.{number}.8"})
    assert len(site.stored()) == site.settings.per_network


def test_answer_page_has_an_address_that_cannot_be_guessed(site: Suggesting) -> None:
    page = answer_page(site)
    token = page.rpartition("/")[2]
    suggestion_id, _, signature = token.partition(".")
    assert len(suggestion_id) == 32
    assert len(signature) >= 40
    client = site.client()
    for wrong in (
        suggestion_id,
        f"{suggestion_id}.",
        f"{suggestion_id}.{signature[:-2]}xx",
        f"{'0' * 32}.{signature}",
        f"../{token}",
    ):
        assert client.get(f"/suggestions/{wrong}").status_code == 404


def test_answer_page_sends_no_referrer_and_is_not_kept(site: Suggesting) -> None:
    answer = site.client().get(answer_page(site))
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert 'rel="noreferrer"' in answer.text
    outside = [one for one in links_in(answer.text) if one.startswith("http")]
    assert outside == [f"https://arxiv.org/abs/{PAPER}"]


def test_looking_at_pages_changes_nothing(site: Suggesting) -> None:
    page = answer_page(site, name="Ada")
    before = site.stored()
    client = site.client()
    for path in (page, f"{page}?act=forget", "/suggestions?kind=missing-paper&paper=2603.00005"):
        for method in ("GET", "HEAD"):
            client.send(method, path)
    assert site.stored() == before


def test_name_and_address_are_erased_on_request(site: Suggesting) -> None:
    page = answer_page(site, name="Ada", credit="yes", address="ada@example.org")
    answer = site.client().post(page, data={"act": "forget"})
    assert "Your name and your address are erased." in text_of(answer)
    [stored] = site.stored()
    assert (stored.name, stored.credited) == ("", False)
    assert "Ada" not in answer.text
    assert 'value="forget"' not in answer.text


def test_address_is_kept_only_to_answer_and_for_a_time(site: Suggesting) -> None:
    client = site.client(mails=True)
    site.send(client, address="ada@example.org")
    [stored] = site.stored()
    with site.pages.open_store() as store:
        assert store.suggestions.address_of(stored.suggestion_id) == "ada@example.org"
        rows = store._session.rows("SELECT * FROM suggestion") + store._session.rows(
            "SELECT * FROM suggestions"
        )
        assert "ada@example.org" not in repr(rows)
    site.pages.clock.now += timedelta(days=91)
    site.send(site.client(), paper="2603.00002")
    with site.pages.open_store() as store:
        assert store.suggestions.address_of(stored.suggestion_id) is None


def test_address_is_not_asked_for_without_mail(site: Suggesting) -> None:
    assert 'name="address"' not in site.client().get("/suggestions?kind=missing-paper").text
    site.send(site.client(), address="ada@example.org")
    [stored] = site.stored()
    with site.pages.open_store() as store:
        assert store.suggestions.address_of(stored.suggestion_id) is None


def test_networks_are_forgotten_after_an_hour(site: Suggesting) -> None:
    site.send(site.client())
    site.pages.clock.now += timedelta(hours=2)
    site.send(site.client(), paper="2603.00002")
    with site.pages.open_store() as store:
        keys = store._session.rows("SELECT network_key FROM suggestion_person ORDER BY received_at")
    assert keys[0] == (None,)
    assert "192.0.2" not in repr(keys)


def test_ended_survey_closes_the_page_with_its_notice(site: Suggesting) -> None:
    token = site.form(site.client())
    with site.pages.open_store() as store:
        store.freezes.add(
            Freeze(date(2026, 3, 17), "Goes on <elsewhere>.", "ada", site.pages.clock())
        )
    client = site.client()
    for answer in (client.get("/suggestions"), site.send(client, token=token)):
        assert answer.status_code == 410
        assert "This survey ended on 2026-03-17" in text_of(answer)
        assert "Goes on <elsewhere>." in text_of(answer)
    assert not site.stored()


def test_links_fill_the_form_in(site: Suggesting) -> None:
    client = site.client()
    page = client.get(f"/suggestions?kind=missing-paper&arxiv_id={PAPER}&section={SECTION}")
    assert f'value="{PAPER}"' in page.text
    assert f'<option value="{SECTION}" selected>' in page.text
    listed = client.get(f"/suggestions?kind=wrong-section&arxiv_id={PAPER}&section={SECTION}")
    assert " selected>" not in listed.text


def test_other_language_keeps_what_is_filled_in(site: Suggesting) -> None:
    page = site.client().get(f"/suggestions?kind=wrong-section&arxiv_id={PAPER}")
    assert f"/suggestions?lang=zh&amp;kind=wrong-section&amp;arxiv_id={PAPER}" in page.text


def test_no_address_of_a_stranger_is_opened(site: Suggesting) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        place = f"http://127.0.0.1:{listening.getsockname()[1]}"
        site.hold()
        site.decide()
        for fields in (
            {"paper": f"{place}/abs/2603.00009"},
            {"paper": f"https://arxiv.org@{place[7:]}/abs/2603.00009"},
            {"paper": "2603.00009", "note": f"See {place}/2603.00009.", "name": place},
            {"kind": "missing-code", "value": f"{place}/github.com/a/b"},
            {"kind": "accepted-at", "value": place},
        ):
            site.send(site.client(), **fields)
        with pytest.raises(BlockingIOError):
            listening.accept()
    assert {one.arxiv_id for one in site.stored()} <= {PAPER, "2603.00009"}


def test_every_text_exists_in_both_languages(site: Suggesting) -> None:
    client = site.client()
    for kind in ("", *(one.value for one in SuggestionKind)):
        for lang in ("en", "zh"):
            assert client.get(f"/suggestions?kind={kind}&lang={lang}").status_code == 200
    assert len(DEFAULT_REASONS) > 1
    assert ORIGIN


def test_name_that_was_taken_back_stays_away_after_a_restore(site: Suggesting) -> None:
    page = answer_page(site, name="Ada", credit="yes")
    held = database(site.pages.folder)
    safe = site.pages.folder / "safe.duckdb"
    back_up(held, safe, busy_timeout_seconds=600)
    site.client().post(page, data={"act": "forget"})
    restore(safe, held, now=site.pages.clock(), busy_timeout_seconds=600, force=True)
    [stored] = site.stored()
    assert (stored.name, stored.credited) == ("", False)
