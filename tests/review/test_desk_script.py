"""The desk's scripts in Chromium, on a page whose server the test plays."""

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from config.desk_keys import KeyMap, read_keys
from tests.support.browser import Watched, browser, go, tab
from tests.support.fake_desk import IDS, Answer, FakeDesk, busy, conflict, offline

__all__ = ["browser", "tab"]  # fixtures, found by pytest through these names


@pytest.fixture
def desk(tab: Watched) -> FakeDesk:
    fake = FakeDesk()
    fake.open(tab.page)
    return fake


def shows(page: Page, arxiv_id: str) -> None:
    expect(page.locator("#paper")).to_have_attribute("data-paper", arxiv_id)


def see(page: Page) -> None:
    """Let the time pass in which keys are not meant for a paper that came by itself."""
    page.clock.run_for(1_500)


def test_one_key_approves_and_shows_the_next_paper(desk: FakeDesk, tab: Watched) -> None:
    page = tab.page
    desk.hold = True
    page.keyboard.press("2")
    shows(page, IDS[1])
    assert desk.recorded == []  # the next paper does not wait for the server
    desk.release()
    expect(page.locator("#status")).to_have_text(f"/decide {IDS[0]}")
    [(_, form)] = desk.recorded
    assert (form["accept"], form["arxiv_id"]) == ("image", IDS[0])
    assert page.url.endswith(f"paper={IDS[1]}")


def test_rejection_takes_two_keys(desk: FakeDesk, tab: Watched) -> None:
    page = tab.page
    page.keyboard.press("r")
    expect(page.locator("#status")).to_contain_text("Why is it rejected?")
    shows(page, IDS[0])
    page.keyboard.press("2")
    shows(page, IDS[1])
    page.wait_for_function("document.getElementById('status').textContent.includes('/decide')")
    [(_, form)] = desk.recorded
    assert form["reason"] == "other"


def test_escape_leaves_the_question(desk: FakeDesk, tab: Watched) -> None:
    page = tab.page
    page.keyboard.press("r")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    shows(page, IDS[1])
    page.wait_for_function("document.getElementById('status').textContent.includes('/decide')")
    assert desk.recorded[0][1]["accept"] == "video"


def test_reason_rejects_with_one_press(desk: FakeDesk, tab: Watched) -> None:
    page = tab.page
    page.get_by_role("button", name="Other").click()
    shows(page, IDS[1])
    expect(page.locator("#status")).to_have_text(f"/decide {IDS[0]}")
    assert desk.recorded[0][1]["reason"] == "other"


def test_approval_without_a_section_asks(desk: FakeDesk, tab: Watched) -> None:
    page = tab.page
    page.keyboard.press("a")
    expect(page.locator("#status")).to_contain_text("Where does this paper belong?")
    expect(page.locator("#sections")).to_have_attribute("open", "")
    assert desk.arrived == []


def test_ten_quick_verdicts_are_sent_in_order(desk: FakeDesk, tab: Watched) -> None:
    page = tab.page
    desk.hold = True
    for number in range(10):
        shows(page, IDS[number])
        page.keyboard.press("1")
    shows(page, IDS[10])
    desk.release()
    page.wait_for_function(
        "(id) => document.getElementById('status').textContent.includes(id)", arg=IDS[9]
    )
    assert desk.papers == list(IDS[:10])


def test_no_verdict_falls_on_a_paper_that_is_not_shown(desk: FakeDesk, tab: Watched) -> None:
    page = tab.page
    fake = FakeDesk(slow=set(IDS[1:]))
    fake.open(page)
    page.keyboard.press("1")
    expect(page.locator("#paper")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#status")).to_have_text(f"/decide {IDS[0]}")
    page.keyboard.press("1")
    page.keyboard.press("d")
    expect(page.locator("#status")).to_contain_text("the next paper was not shown yet")
    fake.slow.clear()
    fake.release()
    shows(page, IDS[1])
    assert fake.papers == [IDS[0]]


def test_reason_of_a_lost_rejection_approves_nothing(tab: Watched) -> None:
    page = tab.page
    fake = FakeDesk(slow=set(IDS[1:]))
    fake.open(page)
    page.keyboard.press("1")
    expect(page.locator("#paper")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#status")).to_have_text(f"/decide {IDS[0]}")
    page.keyboard.press("r")
    fake.slow.clear()
    fake.release()
    shows(page, IDS[1])
    page.keyboard.press("2")
    expect(page.locator("#status")).to_contain_text("another paper had just come")
    shows(page, IDS[1])
    assert fake.papers == [IDS[0]]
    page.keyboard.press("r")
    page.keyboard.press("2")
    shows(page, IDS[2])
    expect(page.locator("#status")).to_have_text(f"/decide {IDS[1]}")
    assert fake.recorded[-1][1]["reason"] == "other"


def test_keys_at_the_end_of_a_list_decide_nothing_more(tab: Watched) -> None:
    page = tab.page
    fake = FakeDesk(ids=IDS[:2], hold=True)
    fake.open(page)
    page.keyboard.press("1")
    shows(page, IDS[1])
    page.keyboard.press("1")
    for key in ("d", "r", "2", "2"):
        page.keyboard.press(key)
        expect(page.locator("#status")).to_contain_text("the next paper was not shown yet")
    fake.release()
    shows(page, IDS[0])  # the list was read again
    assert [(form["arxiv_id"], form.get("accept")) for _, form in fake.arrived] == [
        (IDS[0], "video"),
        (IDS[1], "video"),
    ]


def test_undo_at_the_end_of_a_list_stays(tab: Watched) -> None:
    page = tab.page
    fake = FakeDesk(ids=IDS[:2], hold=True)
    fake.open(page)
    page.keyboard.press("1")
    shows(page, IDS[1])
    page.keyboard.press("1")
    page.keyboard.press("u")
    fake.release()
    expect(page.locator("#status")).to_have_text(f"/decide {IDS[0]}")
    shows(page, IDS[1])
    assert fake.papers == [IDS[0]]
    page.keyboard.press("2")
    shows(page, IDS[0])
    assert fake.papers == list(IDS[:2])


def test_key_for_the_paper_before_decides_none_that_came_back(tab: Watched) -> None:
    page = tab.page
    page.clock.install(time=0)
    fake = FakeDesk(failures=[conflict], hold=True)
    fake.open(page)
    page.clock.pause_at(10_000)
    page.keyboard.press("1")
    shows(page, IDS[1])
    fake.release()
    shows(page, IDS[0])
    for key in ("1", "r", "2"):
        page.keyboard.press(key)
        expect(page.locator("#status")).to_contain_text("another paper had just come")
    assert len(fake.arrived) == 1
    see(page)
    page.keyboard.press("r")
    page.keyboard.press("2")
    shows(page, IDS[1])
    assert fake.arrived[-1][1]["reason"] == "other"
    tab.faults.clear()  # Chromium logs the refused form


@pytest.mark.parametrize("field", ["note", "section-filter"])
def test_writing_keeps_the_paper_that_is_shown(tab: Watched, field: str) -> None:
    page = tab.page
    fake = FakeDesk(slow=set(IDS[1:]))
    fake.open(page)
    page.keyboard.press("j")
    expect(page.locator("#paper")).to_have_attribute("aria-busy", "true")
    page.keyboard.press("n" if field == "note" else "s")
    fake.slow.clear()
    fake.release()
    page.wait_for_load_state("networkidle")
    page.keyboard.type("video")
    expect(page.locator(f"#{field}")).to_have_value("video")
    shows(page, IDS[0])
    assert fake.arrived == []


@pytest.mark.parametrize("failure", [busy, conflict])
def test_refused_verdict_leaves_who_writes(tab: Watched, failure: Answer) -> None:
    page = tab.page
    fake = FakeDesk(failures=[failure], hold=True)
    fake.open(page)
    page.keyboard.press("1")
    shows(page, IDS[1])
    page.keyboard.press("s")
    fake.release()
    expect(page.locator("#trouble")).to_be_visible()
    page.keyboard.type("video")
    expect(page.locator("#section-filter")).to_have_value("video")
    shows(page, IDS[1])
    assert len(fake.arrived) == 1
    tab.faults.clear()  # Chromium logs the failed request


@pytest.mark.parametrize("failure", [busy, offline])
def test_failed_verdict_comes_back_with_its_note(tab: Watched, failure: object) -> None:
    page = tab.page
    fake = FakeDesk(failures=[failure])  # type: ignore[list-item]
    fake.open(page)
    page.keyboard.press("n")
    page.keyboard.type("a clear case")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    trouble = page.locator("#trouble")
    expect(trouble).to_contain_text("Nothing was recorded; your choices and your note are kept.")
    shows(page, IDS[0])
    expect(page.locator("#note")).to_have_value("a clear case")
    trouble.get_by_role("button", name="Try again").click()
    expect(page.locator("#status")).to_have_text(f"/decide {IDS[0]}")
    expect(trouble).to_be_hidden()
    shows(page, IDS[1])
    assert [form["note"] for _, form in fake.recorded] == ["a clear case"]
    tab.faults.clear()  # Chromium logs the failed request


def test_verdicts_behind_a_failed_one_keep_their_order(desk: FakeDesk, tab: Watched) -> None:
    page = tab.page
    page.clock.install()
    desk.open(page)
    desk.failures.append(busy)
    desk.hold = True
    for number in range(3):
        shows(page, IDS[number])
        page.keyboard.press("1")
    desk.release()
    trouble = page.locator("#trouble")
    expect(trouble).to_contain_text("Another program holds it. Decisions that wait behind it: 2.")
    shows(page, IDS[0])
    see(page)
    page.keyboard.press("2")  # decided otherwise instead
    expect(page.locator("#status")).to_have_text(f"/decide {IDS[2]}")
    assert desk.papers == list(IDS[:3])
    assert desk.recorded[0][1]["accept"] == "image"
    shows(page, IDS[3])
    tab.faults.clear()


def test_conflict_shows_the_paper_as_it_is(desk: FakeDesk, tab: Watched) -> None:
    page = tab.page
    page.clock.install()
    desk.open(page)
    desk.failures.append(conflict)
    page.keyboard.press("1")
    expect(page.locator("#asked")).to_contain_text("Bo decided it meanwhile.")
    shows(page, IDS[0])
    expect(page.locator("#note")).to_have_value("kept")
    see(page)
    page.keyboard.press("1")
    shows(page, IDS[1])
    expect(page.locator("#asked")).to_have_count(0)
    tab.faults.clear()


def test_undo_takes_back_before_and_after_sending(desk: FakeDesk, tab: Watched) -> None:
    page = tab.page
    page.keyboard.press("1")
    expect(page.locator("#status")).to_have_text(f"/decide {IDS[0]}")
    desk.hold = True
    page.keyboard.press("1")
    shows(page, IDS[2])
    page.keyboard.press("1")
    shows(page, IDS[3])
    page.keyboard.press("u")  # of the third, which waits behind the second
    shows(page, IDS[2])
    expect(page.locator("#status")).to_have_text("Taken back before it was sent.")
    page.keyboard.press("u")  # of the second, which is on its way
    desk.release()
    shows(page, IDS[1])
    assert [path for path, _ in desk.recorded] == ["/decide", "/decide", "/undo"]


def test_undo_of_several_leads_to_the_question(desk: FakeDesk, tab: Watched) -> None:
    page, question = tab.page, "/undo/ask?batch_id=1"
    answer = {"recorded": False, "message": "Confirm it.", "next": question}
    page.route("**/undo", lambda route: route.fulfill(json=answer))
    page.route("**/undo/ask**", lambda route: route.fulfill(body="Sure?", content_type="text/html"))
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if question in request.url else None
    )
    page.keyboard.press("u")
    expect(page.locator("body")).to_have_text("Sure?")
    assert len(asked) == 1
    assert desk.recorded == []


def test_steps_and_back_button_keep_what_was_entered(desk: FakeDesk, tab: Watched) -> None:
    page = tab.page
    page.keyboard.press("n")
    page.keyboard.type("draft")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    shows(page, IDS[1])
    page.keyboard.press("j")
    shows(page, IDS[2])
    page.go_back()
    shows(page, IDS[1])
    page.keyboard.press("k")
    shows(page, IDS[0])
    expect(page.locator("#note")).to_have_value("draft")
    page.reload()
    shows(page, IDS[0])
    assert desk.arrived == []


def test_keys_do_nothing_in_fields_dialogs_and_with_ctrl(desk: FakeDesk, tab: Watched) -> None:
    page = tab.page
    page.keyboard.press("/")
    page.keyboard.type("ard1")
    expect(page.locator("#search")).to_have_value("ard1")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+1")
    page.keyboard.press("Alt+1")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.evaluate("""() => document.body.dispatchEvent(new KeyboardEvent('keydown',
        {key: '1', code: 'Digit1', repeat: true, bubbles: true}))""")
    shows(page, IDS[0])
    page.keyboard.press("1")
    shows(page, IDS[1])


@pytest.mark.parametrize(
    ("key", "code", "shown"),
    [
        ("\u0444", "KeyA", 0),
        ("\u043e", "KeyJ", 1),
        ("&", "Digit1", 1),
        ("J", "KeyJ", 1),
        ("1", "Numpad1", 1),
    ],
)
def test_other_layouts_reach_the_same_keys(
    desk: FakeDesk, tab: Watched, key: str, code: str, shown: int
) -> None:
    page = tab.page
    page.evaluate(
        """([key, code]) => document.body.dispatchEvent(
            new KeyboardEvent('keydown', {key, code, bubbles: true}))""",
        [key, code],
    )
    shows(page, IDS[shown])
    if code == "KeyA":
        expect(page.locator("#status")).to_contain_text("Where does this paper belong?")


@pytest.mark.parametrize("on", [True, False])
def test_changed_and_turned_off_keys(tab: Watched, *, on: bool) -> None:
    page = tab.page
    FakeDesk(keys=KeyMap(read_keys(["next=w"]).keys, on=on)).open(page)
    for key in "j1?":
        if key == "j" or not on:
            page.keyboard.press(key)
    shows(page, IDS[0])
    expect(page.locator("#help")).to_be_hidden()
    page.keyboard.press("w")
    shows(page, IDS[1 if on else 0])


def test_go_waits_for_unsent_verdicts(desk: FakeDesk, tab: Watched) -> None:
    page = tab.page
    desk.hold = True
    page.keyboard.press("1")
    shows(page, IDS[1])
    go(page, "e")
    expect(page.locator("#status")).to_contain_text("Saving your last decisions")
    desk.release()
    page.wait_for_url("**/decisions")
    assert desk.papers == [IDS[0]]


def test_leaving_with_an_unsent_verdict_asks(desk: FakeDesk, browser: Browser) -> None:
    page = browser.new_context().new_page()
    fake = FakeDesk(hold=True)
    fake.open(page)
    page.keyboard.press("1")
    shows(page, IDS[1])
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", answer)
    page.evaluate("setTimeout(() => location.assign('/decisions'))")
    while not asked:
        page.wait_for_function("true")
    fake.release()
    expect(page.locator("#status")).to_have_text(f"/decide {IDS[0]}")
    assert asked == ["beforeunload"]
    page.context.close()


def test_marks_by_key_shift_and_all(desk: FakeDesk, tab: Watched) -> None:
    page = tab.page
    boxes = page.locator("#list input[name=paper]")
    page.keyboard.press("x")
    expect(page.locator("[data-marked]")).to_have_text("1")
    boxes.nth(4).click(modifiers=["Shift"])
    expect(page.locator("[data-marked]")).to_have_text("5")
    boxes.nth(1).click()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(page.locator("[data-marked]")).to_have_text("2")
    page.locator("#mark-shown").check()
    expect(page.locator("[data-marked]")).to_have_text(str(len(IDS)))


def test_section_is_found_by_typing(desk: FakeDesk, tab: Watched) -> None:
    page = tab.page
    page.locator("#sections").evaluate("(node) => { node.open = true; }")
    page.keyboard.press("s")
    page.keyboard.type("vid mak")
    expect(page.get_by_label("Image", exact=True)).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Vídeo")).to_be_checked()
    expect(page.get_by_label("Image", exact=True)).to_be_visible()
    page.keyboard.press("a")
    shows(page, IDS[1])
    expect(page.locator("#status")).to_have_text(f"/decide {IDS[0]}")
    assert desk.recorded[0][1]["section"] == "video"


def test_next_paper_is_shown_within_100_ms(desk: FakeDesk, tab: Watched) -> None:
    page = tab.page
    desk.hold = True  # the server does not answer meanwhile
    for number in range(5):
        shows(page, IDS[number])
        page.wait_for_load_state("networkidle") if number == 0 else None
        page.keyboard.press("1")
    shows(page, IDS[5])
    marks = page.evaluate(
        """() => ['desk:pressed', 'desk:shown'].map((name) =>
            performance.getEntriesByName(name).map((mark) => mark.startTime))"""
    )
    pressed, shown = marks
    took = sorted(after - before for before, after in zip(pressed, shown, strict=False))
    assert took[len(took) // 2] < 100, took
    desk.release()
