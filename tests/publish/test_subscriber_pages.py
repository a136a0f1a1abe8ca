"""The pages for subscribers over HTTP: opt-in, one answer for all, limits, leaving, headers."""

import itertools
import re
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.publish.public import texts
from pipeline.publish.public.site import origin_of
from pipeline.publish.subscribers.network import network_of
from pipeline.runtime.limiter import Limiter
from storage.errors import StoreBusyError
from storage.subscriber_types import Choices, How, Rhythm, SubscriberState
from tests.support.subscribers import ORIGIN, PublicPages, kept_pages, links_in, public_pages

ADA = "ada@example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[PublicPages]:
    with kept_pages(tmp_path) as found:
        yield found


def test_reader_subscribes_by_confirming(pages: PublicPages) -> None:
    client = pages.client()
    form = {"address": "Ada@Bücher.example", "language": "zh", "rhythm": "monthly"}
    answer = client.post("/subscribe?lang=en", {**form, "section": ["agents", "safety-attack"]})
    assert answer.status_code == 200
    assert "Ada@bücher.example" in answer.text
    assert pages.recipients() == ()
    [asked] = pages.waiting()
    assert asked.address == "Ada@xn--bcher-kva.example"
    path = pages.path(pages.links.confirm(asked.confirmation_id))
    pages.clock.now += timedelta(hours=2)
    shown = client.get(path + "?lang=en")
    assert "Multimodal agents" in shown.text
    assert pages.recipients() == ()
    done = client.post(path)
    assert done.status_code == 200
    [recipient] = pages.recipients()
    assert recipient.address == "Ada@xn--bcher-kva.example"
    assert (recipient.language, recipient.rhythm) == ("zh", Rhythm.MONTHLY)
    assert recipient.sections == ("agents", "safety-attack")
    [ada] = pages.everybody()
    assert ada.wording == (
        "Send me the digest of Multimodal <Survey> & Friends by mail."
        " I can end this at any time with the link in every mail."
    )
    assert ada.consented_at == pages.clock.now
    # The link to the choices is the reader's own.
    [link] = [one for one in links_in(done.text) if one.startswith("/preferences/")]
    assert client.get(link).status_code == 200


def test_known_and_unknown_addresses_get_the_same_answer(pages: PublicPages) -> None:
    pages.join("known@example.org")
    left = pages.join("gone@example.org")
    with pages.open_store() as store:
        store.subscribers.leave(left, How.PAGE, pages.clock())
    names = ("known", "gone", "fresh")
    pages.paused.clear()
    answers = {}
    ticks = itertools.count()  # each look at the clock is a tenth of a second later
    for number, name in enumerate(names):
        client = pages.client(peer=f"203.0.{number}.1", seconds=lambda: next(ticks) / 10)
        answers[name] = [
            client.post("/subscribe", {"address": f"{name}@example.org"}) for _ in range(4)
        ]
    said = {
        name: [
            (one.status_code, one.text.replace(name, "*"), sorted(one.headers.items()))
            for one in found
        ]
        for name, found in answers.items()
    }
    bodies = {
        re.sub(r"content-length.*?\)", "", repr(one)) for found in said.values() for one in found
    }
    assert len(bodies) == 1
    # Each answer was held back to the same time, the refused ones of a full mailbox too.
    assert pages.paused == [pytest.approx(0.4)] * 12


def test_answer_waits_until_its_time(pages: PublicPages) -> None:
    moments = iter([10.0, 10.2, 20.0, 23.0])
    client = pages.client(seconds=lambda: next(moments))
    client.post("/subscribe", {"address": ADA})
    client.post("/subscribe", {"address": ADA})
    assert pages.paused == [pytest.approx(0.3), 0.0]


def test_mailbox_gets_few_mails_and_the_page_says_nothing(pages: PublicPages) -> None:
    for number in range(6):
        client = pages.client(peer=f"198.51.{number}.1")
        answer = client.post("/subscribe", {"address": f"ada+{number}@example.org"})
        assert answer.status_code == 200
    assert len(pages.waiting()) == 3
    assert len(pages.queued) == 3
    pages.clock.now += timedelta(days=1)
    client.post("/subscribe", {"address": ADA})
    assert len(pages.waiting()) == 4


def test_network_is_limited_before_the_address_is_looked_at(tmp_path: Path) -> None:
    pages = public_pages(tmp_path, requests_per_network=2)
    pages.join(ADA)
    statuses = [
        pages.client(peer=f"192.0.2.{number}").post("/subscribe", {"address": address}).status_code
        for number, address in enumerate(("a@example.org", "b@example.org", ADA, "c@example.org"))
    ]
    assert statuses == [200, 200, 429, 429]
    assert pages.client(peer="192.0.3.1").post("/subscribe", {"address": ADA}).status_code == 200


def test_all_networks_together_are_limited(tmp_path: Path) -> None:
    pages = public_pages(tmp_path, requests_per_hour=3)
    answers = [
        pages.client(peer=f"10.{number}.0.1").post("/subscribe", {"address": f"a{number}@b.org"})
        for number in range(5)
    ]
    assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].headers["retry-after"] == "3600"
    pages.clock.now += timedelta(hours=1, seconds=1)
    assert pages.client().post("/subscribe", {"address": ADA}).status_code == 200


def test_pause_can_have_an_end(pages: PublicPages) -> None:
    person = pages.join(ADA)
    client, path = pages.client(), pages.path(pages.links.preferences(person))
    day = (pages.clock.now.date() + timedelta(weeks=8)).isoformat()
    assert f"Paused until {day}" in client.post(path, {"act": "pause", "weeks": "8"}).text
    assert f"Paused until {day}: then ada@example.org" in client.get(path).text
    assert client.get(f"{path}/data").json()["paused_until"] == day
    assert client.post(path, {"act": "pause", "weeks": "99"}).status_code == 400
    assert pages.recipients() == ()
    pages.clock.now += timedelta(weeks=9)
    client.get(path)
    assert pages.recipients() == ()  # opening a page changes nothing
    with pages.open_store() as store:
        assert store.subscribers.end_pauses(pages.clock()) == 1
        assert store.subscribers.end_pauses(pages.clock()) == 0
    assert len(pages.recipients()) == 1
    assert "Paused. Nothing is sent until you resume" in client.post(path, {"act": "pause"}).text
    with pages.open_store() as store:
        assert store.subscribers.end_pauses(pages.clock() + timedelta(days=4000)) == 0


def test_one_domain_is_not_flooded(tmp_path: Path) -> None:
    pages = public_pages(tmp_path, requests_per_domain=3)
    codes = [
        pages.client(peer=f"198.51.{n}.1").post("/subscribe", {"address": f"a{n}@victim.org"})
        for n in range(5)
    ]
    assert [one.status_code for one in codes] == [200, 200, 200, 429, 429]
    other = pages.client(peer="203.0.113.9")
    assert other.post("/subscribe", {"address": "bob@example.org"}).status_code == 200
    pages.clock.now += timedelta(hours=1, seconds=1)
    assert other.post("/subscribe", {"address": "z@victim.org"}).status_code == 200


def test_floods_of_forms_do_not_reach_the_database(pages: PublicPages) -> None:
    rates = Limiter(2, lambda: 60.0)
    client = pages.client(rates=rates)
    statuses = [client.post("/subscribe", {"address": "x"}).status_code for _ in range(4)]
    assert statuses == [400, 400, 429, 429]
    # Mail programs of one provider unsubscribe many people at once.
    key = pages.join(ADA)
    path = pages.path(pages.links.unsubscribe(key))
    assert {client.post(path, ONE_CLICK).status_code for _ in range(5)} == {200}


@pytest.mark.parametrize(
    ("peer", "forwarded", "network"),
    [
        ("192.0.2.7", "", "192.0.2.0/24"),
        ("192.0.2.7", "203.0.113.9", "192.0.2.0/24"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.0/24"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.0/24"),
        ("127.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.0/24"),
        ("127.0.0.1", "", "127.0.0.0/24"),
        ("127.0.0.1", "nonsense", "127.0.0.0/24"),
        ("::1", "2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:127.0.0.1", "::ffff:203.0.113.9", "203.0.113.0/24"),
        ("127.0.0.1", "203.0.113.9:4711", "203.0.113.0/24"),
        ("127.0.0.1", "[2001:db8:1:2::3]:4711", "2001:db8:1::/48"),
        ("127.0.0.1", ", ".join(["127.0.0.1"] * 5000), "127.0.0.0/24"),
        ("", "", "unknown"),
    ],
)
def test_network_is_that_of_the_last_untrusted_hop(peer: str, forwarded: str, network: str) -> None:
    assert network_of(peer, forwarded, ("127.0.0.0/8", "::1/128", "10.0.0.0/8")) == network


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", "http://lists.example.org", ORIGIN + ".evil.org"]
)
def test_form_of_another_site_subscribes_nobody(pages: PublicPages, origin: str) -> None:
    answer = pages.client().post("/subscribe", {"address": ADA}, origin=origin)
    assert answer.status_code == 403
    assert pages.waiting() == ()


def test_form_of_the_survey_site_is_accepted(pages: PublicPages) -> None:
    client = pages.client(origins=frozenset({"https://survey.example.org"}))
    data = {"address": ADA}
    assert client.post("/subscribe", data, origin="https://survey.example.org").status_code == 200


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://A.example.org/x", "https://a.example.org"),
        ("https://a.example.org:443", "https://a.example.org"),
        ("http://127.0.0.1:8766", "http://127.0.0.1:8766"),
        ("http://[::1]:8766/", "http://[::1]:8766"),
    ],
)
def test_origin_is_written_as_browsers_send_it(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "address",
    ["", "ada", "ada@x.org\r\nBcc: eve@x.org", '"><script>alert(1)</script>@x', "x" * 9999],
)
def test_what_is_no_address_is_explained_and_escaped(pages: PublicPages, address: str) -> None:
    answer = pages.client().post("/subscribe", {"address": address, "section": "agents"})
    assert answer.status_code == 400
    assert "<script>" not in answer.text
    assert 'role="alert"' in answer.text
    assert 'value="agents" checked' in answer.text
    assert pages.waiting() == ()
    assert pages.paused == []


@pytest.mark.parametrize(
    "wrong", [{"language": "fr"}, {"rhythm": "hourly"}, {"section": "no-such-section"}]
)
def test_choice_that_does_not_exist_is_refused(pages: PublicPages, wrong: dict[str, str]) -> None:
    assert pages.client().post("/subscribe", {"address": ADA, **wrong}).status_code == 400
    key = pages.join(ADA)
    path = pages.path(pages.links.preferences(key))
    assert pages.client().post(path, {"act": "save", **wrong}).status_code == 400
    assert pages.everybody()[0].choices == Choices()


def test_choosing_every_section_means_all(pages: PublicPages) -> None:
    every = [section.id for section in pages.site().taxonomy.sections]
    pages.join(ADA, section=every)
    assert pages.recipients()[0].sections == ()


def test_old_and_used_confirmations_are_over(pages: PublicPages) -> None:
    client = pages.client()
    client.post("/subscribe", {"address": ADA})
    [asked] = pages.waiting()
    path = pages.path(pages.links.confirm(asked.confirmation_id))
    pages.clock.now += timedelta(days=7, seconds=1)
    assert client.get(path).status_code == 410
    assert client.post(path).status_code == 410
    assert pages.recipients() == ()
    client.post("/subscribe", {"address": ADA})
    [again] = pages.waiting()
    path = pages.path(pages.links.confirm(again.confirmation_id))
    assert client.post(path).status_code == 200
    assert "already" in client.post(path).text
    client.post(pages.path(pages.links.unsubscribe(again.subscriber_id)), ONE_CLICK)
    assert client.get(path).status_code == 410
    assert client.post(path).status_code == 410
    assert pages.recipients() == ()


def test_one_click_acts_at_once_and_again(pages: PublicPages) -> None:
    key = pages.join(ADA)
    path = pages.path(pages.links.unsubscribe(key))
    client = pages.client()
    shown = client.get(path)
    assert shown.status_code == 200
    assert len(pages.recipients()) == 1
    # As a mail program sends it: no cookie, no Origin, either kind of form; never a redirect.
    first = client.send("POST", path, data=ONE_CLICK)
    assert (first.status_code, pages.recipients()) == (200, ())
    again = client.send("POST", path, files={"List-Unsubscribe": (None, "One-Click")})
    assert (again.status_code, again.text) == (200, first.text)
    with pages.open_store() as store:
        acts = [(one.kind, one.how.value) for one in store.subscribers.events(key)]
    assert acts[-1] == ("left", "one-click")
    assert [kind for kind, _ in acts].count("left") == 1


def test_unsubscribing_works_by_the_button_and_without_a_body(pages: PublicPages) -> None:
    ada, bo = pages.join(ADA), pages.join("bo@example.org")
    client = pages.client()
    assert client.post(pages.path(pages.links.unsubscribe(ada))).status_code == 200
    assert client.send("POST", pages.path(pages.links.unsubscribe(bo))).status_code == 200
    assert pages.recipients() == ()


def test_mail_scanner_that_follows_every_link_changes_nothing(pages: PublicPages) -> None:
    key = pages.join(ADA)
    client = pages.client(about_url="https://survey.example.org")
    client.post("/subscribe", {"address": "bo@example.org"})
    asked = next(one for one in pages.waiting() if one.address == "bo@example.org")
    links = pages.links
    todo = [
        *(links.confirm(asked.confirmation_id), links.preferences(key), links.unsubscribe(key)),
        links.subscribe,
    ]
    before = pages.snapshot()
    todo = [pages.path(one) for one in todo]
    seen: set[str] = set()
    while todo:
        path = todo.pop()
        if path in seen or not path.startswith("/"):
            continue
        seen.add(path)
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = client.send(method, path)
            assert answer.status_code in {200, 405}, (method, path)
        todo += [one.replace("&amp;", "&") for one in links_in(client.get(path).text)]
    assert len(seen) > 10
    assert pages.snapshot() == before


def test_token_works_on_its_own_page_only(pages: PublicPages) -> None:
    key = pages.join(ADA)
    client = pages.client()
    with pages.open_store() as store:
        [asked] = store.confirmations.of(key)
    links = pages.links
    made = {
        "confirm": links.confirm(asked.confirmation_id),
        "preferences": links.preferences(key),
        "unsubscribe": links.unsubscribe(key),
    }
    before = pages.snapshot()
    for page in made:
        for other, link in made.items():
            token = link.rpartition("/")[2]
            for method in ("GET", "POST") if page != other else ("GET",):
                answer = client.send(method, f"/{page}/{token}")
                assert answer.status_code == (200 if page == other else 404)
    assert pages.snapshot() == before


def test_unsubscribe_page_opens_no_other(pages: PublicPages) -> None:
    key = pages.join(ADA)
    client = pages.client()
    path = pages.path(pages.links.unsubscribe(key))
    for answer in (client.get(path), client.post(path)):
        assert "/preferences/" not in answer.text


def test_choices_are_changed_on_one_page(pages: PublicPages) -> None:
    key = pages.join(ADA)
    path = pages.path(pages.links.preferences(key))
    client = pages.client()
    assert 'name="rhythm" value="weekly" checked' in client.get(path).text
    saved = client.post(
        path, {"act": "save", "language": "zh", "rhythm": "monthly", "section": "agents"}
    )
    assert "您的选择已保存" in saved.text
    [recipient] = pages.recipients()
    assert (recipient.language, recipient.sections) == ("zh", ("agents",))
    assert "暂停" in client.post(path, {"act": "pause"}).text
    assert pages.recipients() == ()
    client.post(path, {"act": "resume"})
    assert len(pages.recipients()) == 1
    client.post(path, {"act": "leave"})
    assert pages.recipients() == ()
    before = pages.snapshot()
    for act in ("save", "pause", "resume", "leave"):
        assert client.post(path, {"act": act}).status_code == 200
    assert client.post(path, {"act": "promote"}).status_code == 400
    assert pages.snapshot() == before


def test_everything_held_can_be_taken_along(pages: PublicPages) -> None:
    key = pages.join(ADA, section="agents")
    path = pages.path(pages.links.preferences(key))
    answer = pages.client().get(path + "/data")
    assert answer.headers["content-disposition"] == 'attachment; filename="subscription.json"'
    held = answer.json()
    assert held["address"] == ADA
    assert held["choices"]["sections"] == ["agents"]
    assert [one["act"] for one in held["acts"]] == ["asked", "confirmed"]
    assert held["agreed_to"].startswith("Send me the digest")
    assert held["confirmation_mails"][0]["state"] == "waiting"


def test_deleting_asks_once_and_erases(pages: PublicPages) -> None:
    key = pages.join(ADA)
    path = pages.path(pages.links.preferences(key))
    client = pages.client()
    asked = client.post(path, {"act": "delete"})
    assert ADA in asked.text
    assert len(pages.recipients()) == 1
    done = client.post(path, {"act": "delete", "sure": "yes"})
    assert done.status_code == 200
    assert ADA not in pages.snapshot()
    for answer in (
        client.get(path),
        client.post(path, {"act": "save"}),
        client.get(path + "/data"),
        client.post(path, {"act": "delete", "sure": "yes"}),
        client.post(pages.path(pages.links.unsubscribe(key)), ONE_CLICK),
    ):
        assert answer.status_code == 200
        assert ADA not in answer.text
    # They can come back by their own opt-in, as somebody new.
    assert pages.join(ADA) != key


@pytest.mark.parametrize(
    "path",
    ["/", "/subscribe", "/nothing", "/confirm/x", "/static/pages.css", "/health", "/robots.txt"],
)
def test_every_answer_is_hardened_and_sets_no_cookie(pages: PublicPages, path: str) -> None:
    answer = pages.client().get(path)
    assert "set-cookie" not in answer.headers
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    static = path.startswith("/static")
    assert answer.headers["cache-control"].startswith("public" if static else "no-store")


@pytest.mark.parametrize("path", ["/subscribe", "/static/public.css", "/no-such-page"])
def test_pages_behind_tls_stay_there(pages: PublicPages, path: str) -> None:
    tls = {"x-forwarded-proto": "https"}
    through = pages.client(peer="127.0.0.1").get(path, **tls)
    assert through.headers["strict-transport-security"] == "max-age=63072000"
    # a stranger's word is not believed, and plain pages must stay reachable
    for answer in (pages.client().get(path, **tls), pages.client(peer="127.0.0.1").get(path)):
        assert "strict-transport-security" not in answer.headers


def test_addresses_with_tokens_never_leak(pages: PublicPages) -> None:
    key = pages.join(ADA)
    client = pages.client(about_url="https://survey.example.org")
    for link in (pages.links.preferences(key), pages.links.unsubscribe(key)):
        for answer in (client.get(pages.path(link)), client.post(pages.path(link), {"act": "no"})):
            assert answer.headers["referrer-policy"] == "no-referrer"
    # Without its own origin the browser could not say where this form is from.
    assert client.get("/subscribe").headers["referrer-policy"] == "same-origin"


def test_pages_have_no_script_and_nothing_from_elsewhere(pages: PublicPages) -> None:
    key = pages.join(ADA)
    client = pages.client()
    for path in ("/subscribe", pages.path(pages.links.preferences(key))):
        html = client.get(path).text
        assert "<script" not in html
        assert "style=" not in html
        assert all(one.startswith("/") for one in links_in(html))
        assert "Multimodal &lt;Survey&gt; &amp; Friends" in html


@pytest.mark.parametrize(
    "path", ["//evil.example/x", "/\\evil.example", '/"><script>', "/a?lang=zh"]
)
def test_path_of_a_missing_page_is_harmless(pages: PublicPages, path: str) -> None:
    answer = pages.client().get(path)
    assert answer.status_code == 404
    assert "<script>" not in answer.text
    assert all(re.match(r"/[^/\\]", one) for one in links_in(answer.text))


def test_pages_work_below_a_path(tmp_path: Path) -> None:
    pages = public_pages(tmp_path, url=ORIGIN + "/mail")
    key = pages.join(ADA)
    client = pages.client()
    for path in ("/subscribe", pages.path(pages.links.preferences(key)), "/nothing"):
        links = links_in(client.get(path).text)
        assert all(one.startswith("/mail/") for one in links), links
    assert pages.links.unsubscribe(key).startswith(ORIGIN + "/mail/unsubscribe/")


def test_language_is_chosen_by_link_person_and_browser(pages: PublicPages) -> None:
    client = pages.client()
    chinese = {"accept-language": "fr, zh-CN;q=0.9, en;q=0.5"}
    assert 'lang="zh-Hans"' in client.send("GET", "/subscribe", headers=chinese).text[:60]
    assert 'lang="en"' in client.send("GET", "/subscribe?lang=en", headers=chinese).text[:60]
    key = pages.join(ADA, language="zh")
    path = pages.path(pages.links.preferences(key))
    assert 'lang="zh-Hans"' in client.get(path).text[:60]
    hostile = {"accept-language": ",".join(["zh;q=" + "9" * 50] * 9999)[:8000]}
    assert client.send("GET", "/subscribe", headers=hostile).status_code == 200


def test_both_languages_have_every_text_with_the_same_values() -> None:
    words = Path(texts.__file__).parent / "words"
    english, chinese = (
        tomllib.loads((words / f"{one}.toml").read_text(encoding="utf-8")) for one in ("en", "zh")
    )
    assert list(english) == list(chinese)
    for key, text in english.items():
        assert set(re.findall(r"\{\w*\}", text)) == set(re.findall(r"\{\w*\}", chinese[key])), key


def test_too_large_requests_are_refused(pages: PublicPages) -> None:
    client = pages.client()
    assert client.get("/subscribe?" + "x" * 3000).status_code == 414
    assert client.get("/subscribe", cookie="x" * 20_000).status_code == 431
    assert client.post("/subscribe", {"address": "x" * 50_000}).status_code == 413
    many = {"address": ADA, "section": ["agents"] * 700}
    assert client.post("/subscribe", many).status_code == 400
    files = {"address": ("a.txt", b"ada@example.org")}
    headers = {"origin": ORIGIN}
    assert client.send("POST", "/subscribe", files=files, headers=headers).status_code == 400
    for method in ("PUT", "DELETE", "PATCH"):
        assert client.send(method, "/subscribe").status_code == 405
    assert pages.waiting() == ()


def test_busy_database_is_said_without_its_path(pages: PublicPages) -> None:
    key = pages.join(ADA)

    def busy() -> Any:
        raise StoreBusyError("/srv/survey.duckdb is held.", hint="")

    client = pages.client(open_store=busy, read_store=busy)
    answers = [
        client.post("/subscribe", {"address": ADA}),
        client.get(pages.path(pages.links.preferences(key))),
        client.post(pages.path(pages.links.unsubscribe(key)), ONE_CLICK),
    ]
    for answer in answers:
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
        assert "duckdb" not in answer.text


def test_bug_is_answered_with_a_hardened_page(pages: PublicPages) -> None:
    def broken() -> Any:
        raise RuntimeError("secret detail")

    answer = pages.client(open_store=broken).post("/subscribe", {"address": ADA})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "content-security-policy" in answer.headers


def test_states_have_their_own_sentence(pages: PublicPages) -> None:
    client = pages.client()
    client.post("/subscribe", {"address": ADA})
    [asked] = pages.waiting()
    path = pages.path(pages.links.preferences(asked.subscriber_id))
    assert "not confirmed yet" in client.get(path).text
    assert pages.everybody()[0].state is SubscriberState.WAITING
