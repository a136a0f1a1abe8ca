"""Pages of accounts: one's own, those of admins, the one-time link, and who may open them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from config.roles import Role
from pipeline.review.accounts import acts
from pipeline.review.accounts.passwords import LONGEST
from storage.api_tokens import NewToken
from storage.restore import restore
from tests.support.accounts import PASSWORD
from tests.support.review import START, Page, Visitor, kept_site, make_site
from tests.support.team import Browser, TeamSite, make_team

NEW = "eleven herons cross a frozen harbour"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[TeamSite]:
    with kept_site(tmp_path) as site:
        yield make_team(tmp_path, "bo", site=site)


@pytest.fixture
def ada(place: TeamSite) -> Browser:
    browser = Browser(place.app())
    browser.log_in("ada")
    return browser


@pytest.fixture
def bo(ada: Browser) -> Browser:
    browser = Browser(ada.app)
    browser.log_in("bo")
    return browser


def change(browser: Browser, path: str, **fields: str) -> Page:
    return browser.post(path, {"token": browser.token(), **fields})


def link_in(page: Page) -> str:
    """Return the path of the link that a page shows."""
    address = str(page.tree.xpath("string(//input[@id='link']/@value)"))
    assert address.startswith("http://127.0.0.1:8765/password?link=")
    return address.removeprefix("http://127.0.0.1:8765")


@pytest.mark.parametrize("path", ["/accounts", "/trail"])
def test_pages_of_admins_are_refused_to_others(ada: Browser, bo: Browser, path: str) -> None:
    assert ada.get(path).status == 200
    page = bo.get(path)
    assert page.status == 403
    assert "bo is a reviewer; this needs an admin." in page.text
    assert path not in bo.get("/account").tree.xpath("//main//a/@href")


@pytest.mark.parametrize("act", ["add", "role", "disable", "enable", "link", "logout"])
def test_reviewer_cannot_change_accounts(place: TeamSite, bo: Browser, act: str) -> None:
    before = place.team.acts()
    fields = {"act": act, "name": "ada", "role": "reviewer", "token": bo.token()}
    assert bo.post("/accounts", fields).status == 403
    assert place.team.acts() == before


def test_publisher_only_changes_issues(place: TeamSite, ada: Browser, bo: Browser) -> None:
    form = {"token": bo.token(), "act": "save", "seen": ""}
    assert bo.post("/issue/2026-W11", form).status == 403
    change(ada, "/accounts", act="role", name="bo", role="publisher")
    assert bo.post("/issue/2026-W11", form).status != 403
    assert bo.get("/accounts").status == 403


def test_admin_invites_and_the_person_chooses_a_password(place: TeamSite, ada: Browser) -> None:
    page = change(ada, "/accounts", act="add", name="cy", role="publisher")
    assert page.status == 200
    path = link_in(page)
    assert path.partition("=")[2] not in ada.get("/accounts").response.text
    guest = Browser(ada.app)
    assert guest.log_in("cy").status == 403
    opened = guest.get(path)
    assert opened.status == 200
    [form] = opened.forms("/password")
    assert guest.get(path).status == 200  # opening it uses nothing
    done = guest.post("/password", {**form, "password": NEW, "again": NEW})
    assert (done.status, done.location) == (303, "/login?set=1")
    assert "The password is set." in guest.follow(done).text
    assert guest.log_in("cy", NEW).status == 303
    assert "publisher" in guest.get("/account").text
    assert place.team.acts()[-4:-2] == ["account.added", "link.made"]


def test_link_works_once_and_not_after_its_time(place: TeamSite, ada: Browser) -> None:
    path = link_in(change(ada, "/accounts", act="link", name="bo"))
    second = link_in(change(ada, "/accounts", act="link", name="bo"))
    guest = Browser(ada.app)
    assert guest.get(path).status == 410  # replaced
    [form] = guest.get(second).forms("/password")
    sent = {**form, "password": NEW, "again": NEW}
    assert guest.post("/password", sent).status == 303
    again = guest.post("/password", sent)
    assert again.status == 410
    assert "An admin of the survey can make another one." in again.text
    late = link_in(change(ada, "/accounts", act="link", name="bo"))
    [form] = guest.get(late).forms("/password")
    place.clock.now += timedelta(hours=24)
    assert guest.get(late).status == 410
    assert guest.post("/password", {**form, "password": NEW, "again": NEW}).status == 410


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "\N{SNOWMAN}", "x" * 4_000])
def test_guessed_links_open_nothing(ada: Browser, token: str) -> None:
    guest = Browser(ada.app)
    page = guest.post("/password", {"link": token, "password": NEW, "again": NEW})
    assert page.status == 410
    assert "ada" not in page.text


def test_link_of_a_disabled_account_opens_nothing(place: TeamSite, ada: Browser) -> None:
    path = link_in(change(ada, "/accounts", act="link", name="bo"))
    change(ada, "/accounts", act="disable", name="bo")
    assert Browser(ada.app).get(path).status == 410
    change(ada, "/accounts", act="enable", name="bo")
    assert Browser(ada.app).get(path).status == 410


def test_link_refuses_weak_and_different_passwords(ada: Browser) -> None:
    path = link_in(change(ada, "/accounts", act="link", name="bo"))
    guest = Browser(ada.app)
    [form] = guest.get(path).forms("/password")
    for first, again in (("password12345", "password12345"), (NEW, NEW + "x")):
        page = guest.post("/password", {**form, "password": first, "again": again})
        assert page.status == 400
        assert first not in page.response.text
    assert guest.get(path).status == 200


def test_reset_ends_all_sessions(ada: Browser, bo: Browser) -> None:
    path = link_in(change(ada, "/accounts", act="link", name="bo"))
    assert bo.get("/queue").status == 200
    guest = Browser(ada.app)
    [form] = guest.get(path).forms("/password")
    guest.post("/password", {**form, "password": NEW, "again": NEW})
    assert bo.get("/queue").status == 303
    assert guest.log_in("bo").status == 403
    assert guest.log_in("bo", NEW).status == 303


def test_only_admin_stays(ada: Browser) -> None:
    for fields in ({"act": "disable"}, {"act": "role", "role": "reviewer"}):
        page = change(ada, "/accounts", name="ada", **fields)
        assert page.status == 400
        assert "ada is the only admin who can log in." in page.text
    assert ada.get("/accounts").status == 200


def test_disabled_admin_is_out_at_once(ada: Browser, bo: Browser) -> None:
    change(ada, "/accounts", act="role", name="bo", role="admin")
    change(bo, "/accounts", act="disable", name="ada")
    assert ada.get("/queue").status == 303
    assert Browser(ada.app).log_in("ada").status == 403
    assert bo.get("/accounts").status == 200


@pytest.mark.parametrize("name", ["", "list", "a\nb", "x" * 101, "ADA", "\u202eeve"])
def test_impossible_names_are_refused(ada: Browser, name: str) -> None:
    page = change(ada, "/accounts", act="add", name=name, role="reviewer")
    assert page.status == 400
    assert "Nothing was changed." in page.text


@pytest.mark.parametrize(
    "fields",
    [
        {"act": "add", "name": "cy", "role": "reviewer"},
        {"act": "link", "name": "bo"},
        {"act": "role", "name": "bo", "role": "admin"},
        {"act": "disable", "name": "bo"},
        {"act": "enable", "name": "bo"},
        {"act": "logout", "name": "bo"},
    ],
    ids=lambda fields: fields["act"],
)
def test_account_is_changed_after_the_password_was_given_again(
    place: TeamSite, ada: Browser, bo: Browser, fields: dict[str, str]
) -> None:
    if fields["act"] == "enable":
        change(ada, "/accounts", act="disable", name="bo")
    place.clock.move(minutes=15)
    before, stolen = place.team.acts(), dict(ada.cookies)
    page = change(ada, "/accounts", **fields)
    assert page.status == 200
    assert place.team.acts() == before
    [form] = page.forms("/accounts")
    assert {name: [value] for name, value in fields.items()}.items() <= form.items()
    wrong = ada.post("/accounts", {**form, "present": "not the password"})
    assert wrong.status == 403
    assert place.team.acts() == before
    assert ada.post("/accounts", {**form, "present": PASSWORD}).status == 200
    assert len(place.team.acts()) > len(before) + 2  # the act, and a new session for an old one
    assert Browser(ada.app, cookies=stolen).get("/queue").status == 303
    assert link_in(change(ada, "/accounts", act="link", name="ada"))  # not asked again


def test_page_after_the_password_belongs_to_the_new_session(place: TeamSite, ada: Browser) -> None:
    place.clock.move(minutes=15)
    fields = {"act": "link", "name": "bo", "present": PASSWORD}
    page = change(ada, "/accounts", **fields)
    assert link_in(page)
    [form, *_] = page.forms("/accounts")
    assert ada.post("/accounts", {**form, "act": "logout", "name": "bo"}).status == 200


def test_guessed_passwords_of_a_stolen_session_are_slowed_down(
    place: TeamSite, ada: Browser
) -> None:
    place.clock.move(minutes=15)
    fields = {"act": "link", "name": "bo", "present": "guessed"}
    answers = [change(ada, "/accounts", **fields) for _ in range(6)]
    assert [one.status for one in answers] == [403] * 5 + [429]
    assert int(answers[5].response.headers["retry-after"]) > 0
    assert "link.made" not in place.team.acts()


def test_unknown_acts_change_nothing(place: TeamSite, ada: Browser) -> None:
    before = place.team.acts()
    assert change(ada, "/accounts", act="explode", name="bo").status == 400
    assert change(ada, "/accounts", act="role", name="bo", role="emperor").status == 400
    assert change(ada, "/accounts", act="disable", name="unheard of").status == 400
    assert change(ada, "/account", act="explode").status == 400
    assert place.team.acts() == before


def test_password_is_changed_with_the_present_one(ada: Browser, bo: Browser) -> None:
    second = Browser(ada.app)
    second.log_in("bo")
    [session] = [name for name in bo.cookies if "_session_" in name]
    before = bo.cookies[session]
    fields = {"act": "password", "password": NEW, "again": NEW}
    assert change(bo, "/account", present="wrong", **fields).status == 403
    done = change(bo, "/account", present=PASSWORD, **fields)
    assert (done.status, done.location) == (303, "/account?done=password")
    assert "All other sessions ended." in bo.follow(done).text
    assert bo.cookies[session] != before
    assert second.get("/queue").status == 303
    assert Browser(ada.app, cookies={session: before}).get("/queue").status == 303
    assert Browser(ada.app).log_in("bo").status == 403
    assert Browser(ada.app).log_in("bo", NEW).status == 303


def test_stolen_session_cannot_guess_the_password(bo: Browser) -> None:
    fields = {"act": "password", "password": NEW, "again": NEW}
    statuses = [change(bo, "/account", present=f"guess {n}", **fields).status for n in range(8)]
    assert statuses == [403] * 5 + [429] * 3
    assert Browser(bo.app).log_in("bo").status == 303


@pytest.mark.parametrize(
    ("first", "again", "said"),
    [
        (NEW, NEW + "x", "two different passwords"),
        ("short", "short", "shorter than 12"),
        ("bo bo bo bo bo", "bo bo bo bo bo", "guessed first"),
    ],
)
def test_new_password_keeps_the_rules(bo: Browser, first: str, again: str, said: str) -> None:
    fields = {"act": "password", "present": PASSWORD, "password": first, "again": again}
    page = change(bo, "/account", **fields)
    assert page.status == 400
    assert said in page.text


def test_own_sessions_are_listed_and_ended(place: TeamSite, bo: Browser) -> None:
    phone = Browser(bo.app, headers={"user-agent": "A phone <b>"})
    phone.log_in("bo")
    place.clock.move(minutes=1)
    page = bo.get("/account")
    rows = page.tree.xpath("//section//tbody/tr | //div[@class='wide'][1]//tbody/tr")
    assert len(rows) >= 2
    assert "A phone <b>" in page.text
    assert "127.0.0.1" in page.text
    ids = page.tree.xpath("//button[@name='session']/@value")
    assert len(ids) == 2
    [own] = page.tree.xpath("//tr[.//strong]//button[@name='session']/@value")
    [other] = set(ids) - {own}
    ended = change(bo, "/account", session=str(other), present=PASSWORD)
    assert ended.location == "/account?done=ended"
    assert phone.get("/queue").status == 303
    assert bo.get("/queue").status == 200
    left = change(bo, "/account", session=str(own), present=PASSWORD)
    assert left.location == "/login"
    assert bo.get("/queue").status == 303


def test_long_new_password_is_refused_not_cut(ada: Browser, bo: Browser) -> None:
    """A browser cuts what is pasted at `maxlength`, so it lies above what the server takes."""
    page = bo.get("/account")
    for name in ("password", "again"):
        [most] = page.tree.xpath("//input[@name=$name]/@maxlength", name=name)
        assert int(most) > LONGEST
    long = (NEW + " ") * 8
    fields = {"act": "password", "present": PASSWORD, "password": long, "again": long}
    refused = change(bo, "/account", **fields)
    assert (refused.status, "longer than 128" in refused.text) == (400, True)
    assert Browser(ada.app).log_in("bo").status == 303


@pytest.mark.parametrize("act", ["session", "everywhere"])
def test_sessions_end_with_the_password_only(bo: Browser, act: str) -> None:
    phone = Browser(bo.app)
    phone.log_in("bo")
    [other] = bo.get("/account").tree.xpath("//tr[not(.//strong)]//button[@name='session']/@value")
    fields = {"session": str(other)} if act == "session" else {"act": act}
    refused = [change(bo, "/account", **fields, present=f"guess {n}") for n in range(6)]
    assert [page.status for page in refused] == [403] * 5 + [429]
    assert "The present password is another one." in refused[0].text
    assert phone.get("/queue").status == bo.get("/queue").status == 200


def test_sessions_of_others_cannot_be_ended(ada: Browser, bo: Browser) -> None:
    [session] = ada.get("/account").tree.xpath("//button[@name='session']/@value")
    change(bo, "/account", session=str(session), present=PASSWORD)
    assert ada.get("/queue").status == 200


def test_logging_out_everywhere_ends_all_own_sessions(ada: Browser, bo: Browser) -> None:
    second = Browser(ada.app)
    second.log_in("bo")
    left = change(bo, "/account", act="everywhere", present=PASSWORD)
    assert left.location == "/login"
    assert bo.get("/queue").status == second.get("/queue").status == 303
    assert ada.get("/queue").status == 200


def test_admin_ends_sessions_of_an_account(ada: Browser, bo: Browser) -> None:
    change(ada, "/accounts", act="logout", name="bo")
    assert bo.get("/queue").status == 303
    assert bo.log_in("bo").status == 303


def test_trail_shows_acts_with_their_address_for_some_days(place: TeamSite, ada: Browser) -> None:
    change(ada, "/accounts", act="disable", name="bo")
    page = ada.get("/trail?about=bo")
    assert "account.disabled" in page.text
    assert "127.0.0.1" in page.text
    place.clock.now += timedelta(days=31)
    ada.log_in("ada")
    assert "127.0.0.1" not in ada.get("/trail?about=bo").text
    assert "account.disabled" in ada.get("/trail?about=bo").text


def test_trail_has_pages(place: TeamSite, ada: Browser) -> None:
    with place.site.open_store() as store, store.transaction():
        for number in range(120):
            store.trail.add(at=START, actor="ada", act="test.act", subject=f"s{number}")
    first = ada.get("/trail?about=ada")
    [older] = first.tree.xpath("//main//a[contains(@href, 'before=')]/@href")
    second = ada.get(str(older))
    assert len(first.tree.xpath("//tbody/tr")) == 100
    assert "s0" in second.text
    assert "s119" not in second.text
    for query in ("before=x", "before=-1", "before=0", f"before={'9' * 30}", "about=%00"):
        assert ada.get(f"/trail?{query}").status == 200


def test_hostile_texts_of_the_trail_are_escaped(place: TeamSite, ada: Browser) -> None:
    with place.site.open_store() as store:
        evil = "<img src=x onerror=alert(1)>"
        store.trail.add(at=START, actor=evil, act="a.b", subject=evil, detail=evil)
    assert "<img src=x" not in ada.get("/trail").response.text


@pytest.mark.parametrize("path", ["/login", "/account", "/accounts", "/password?link=x"])
def test_without_accounts_pages_name_the_command(tmp_path: Path, path: str) -> None:
    page = Visitor(make_site(tmp_path).app()).get(path)
    assert page.status == 404
    assert "reviewer add NAME --role admin" in page.text


def test_restore_ends_sessions_and_links(place: TeamSite, ada: Browser, tmp_path: Path) -> None:
    """A session that was ended since the backup must not come back with it."""
    from storage.backup import back_up

    path = link_in(change(ada, "/accounts", act="link", name="bo"))
    safe = tmp_path / "safe.duckdb"
    back_up(place.path, safe, busy_timeout_seconds=600)
    with place.site.open_store() as store:
        acts.end_sessions(store, "ada", place.team.by())
    restore(safe, place.path, now=START, busy_timeout_seconds=600, force=True)
    assert ada.get("/queue").status == 303
    assert Browser(ada.app).get(path).status == 410
    assert Browser(ada.app).log_in("ada").status == 303


def test_restore_ends_tokens_of_the_api(place: TeamSite, tmp_path: Path) -> None:
    """A token that was revoked since the backup must not come back with it."""
    from storage.backup import back_up

    with place.site.open_store() as store:
        for number, ends in enumerate([None, START - timedelta(days=1)]):
            made = NewToken(
                f"id{number}", "ada", "", ("read",), f"hash{number}", "ada", START, ends
            )
            store.api_tokens.add(made)
    safe = tmp_path / "safe.duckdb"
    back_up(place.path, safe, busy_timeout_seconds=600)
    with place.site.open_store() as store:
        store.api_tokens.revoke("id0", actor="ada", now=START)
    done = restore(safe, place.path, now=START, busy_timeout_seconds=600, force=True)
    assert done.ended_tokens == 1
    with place.site.open_store() as store:
        assert {one.revoked_by for one in store.api_tokens.all()} == {"restore"}
    # what a restore ended is no loss of the next one
    assert not restore(safe, place.path, now=START, busy_timeout_seconds=600).lost


def test_pages_are_chinese_too(place: TeamSite, ada: Browser) -> None:
    guest = Browser(ada.app, headers={"accept-language": "zh-CN"})
    page = guest.get("/login")
    assert page.tree.get("lang") == "zh"
    assert "登录" in page.text
    wrong = guest.log_in("ada", "wrong")
    assert "Name and password" not in wrong.text
    assert Role.ADMIN.value == "admin"


def test_password_managers_know_the_fields(ada: Browser) -> None:
    path = link_in(change(ada, "/accounts", act="link", name="bo"))
    guest = Browser(ada.app)
    kinds = "//input[@type='password']/@autocomplete"
    new = ["new-password", "new-password"]
    assert guest.get("/login").tree.xpath(kinds) == ["current-password"]
    assert guest.get(path).tree.xpath(kinds) == new
    assert ada.get("/account").tree.xpath(kinds) == ["current-password"] * 2 + new
    for page in (guest.get("/login"), guest.get(path), ada.get("/account")):
        assert page.tree.xpath("//input[@autocomplete='username']")
        assert not page.tree.xpath("//@onpaste")
