"""The editor's page without a script: edits, builds, approvals, previews, conflicts."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.publish.digest.week import Week
from storage.issue_types import IssueEdits, IssueState
from storage.types import Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.review import START, Page, ReviewSite, Visitor, make_site

WEEK = "2026-W11"
PAGE = f"/issue/{WEEK}"
IDS = ("2603.00001", "2603.00002", "2603.00003", "2603.00004")
HOSTILE = "<script>alert(1)</script> [x](javascript:alert(2)) $\\href{javascript:3}{x}$ \u202e"


def approved(site: ReviewSite, *ids: str) -> None:
    """Approve papers in the week of the tests, in this order."""
    with site.open_store() as store:
        store.decisions.add(
            [
                make_decision(
                    key,
                    sections=("make-image",),
                    decided_at=START - timedelta(days=4) + timedelta(minutes=place),
                )
                for place, key in enumerate(ids)
            ]
        )


@pytest.fixture
def site(site: ReviewSite) -> ReviewSite:
    return with_issue(site)


def with_issue(site: ReviewSite) -> ReviewSite:
    """Give a site four papers, three of them approved in the week of the tests."""
    site.fill(IDS)
    approved(site, *IDS[:3])
    return site


@pytest.fixture
def visitor(site: ReviewSite) -> Visitor:
    return Visitor(site.app())


def press(visitor: Visitor, page: Page, act: str, **fields: str) -> Page:
    """Press a button of the editor's form, with some fields typed."""
    typed = {name.replace("_", "-", 1): text for name, text in fields.items()}
    return visitor.post(PAGE, {**page.form(PAGE), **typed, "act": act})


def edits(site: ReviewSite) -> IssueEdits:
    with site.open_store() as store:
        return store.issues.edits(WEEK)


def state(site: ReviewSite) -> IssueState:
    with site.open_store() as store:
        return store.issues.state(WEEK)


def warning(page: Page) -> str:
    return " ".join(page.tree.xpath("string(//*[@role='alert'])").split())


def test_issue_is_edited_built_approved(site: ReviewSite, visitor: Visitor) -> None:
    page = visitor.get(PAGE)
    assert "It is not built yet." in page.text
    saved = press(
        visitor,
        page,
        "build",
        lead_en="Images learn to plan.",
        lead_zh="图像学会规划。",
        **{f"place_{IDS[2]}": "1", f"place_{IDS[0]}": "2", f"note_{IDS[1]}": "Read the appendix."},
    )
    assert (saved.status, saved.location) == (303, f"{PAGE}?done=built")
    assert edits(site) == IssueEdits(
        WEEK,
        {"en": "Images learn to plan.", "zh": "图像学会规划。"},
        (IDS[2], IDS[0]),
        {IDS[1]: "Read the appendix."},
    )
    built = visitor.follow(saved)
    assert built.ids[:2] == [IDS[2], IDS[0]]
    assert "Built. Look at the preview, then approve it." in built.text
    assert state(site) is IssueState.BUILT
    approval = press(visitor, built, "approve")
    assert approval.location == f"{PAGE}?done=approved"
    assert state(site) is IssueState.APPROVED
    assert "approved" in visitor.get("/issues").text
    taken = press(visitor, visitor.follow(approval), "withdraw")
    assert taken.location == f"{PAGE}?done=withdrawn"
    assert state(site) is IssueState.BUILT


def test_reading_writes_nothing(site: ReviewSite, visitor: Visitor) -> None:
    for address in (PAGE, "/issues", f"{PAGE}/preview", f"{PAGE}?done=approved"):
        assert visitor.get(address).status == 200
    with site.open_store() as store:
        assert store.issues.all() == []


def test_form_of_another_session_is_refused(site: ReviewSite, visitor: Visitor) -> None:
    page = visitor.get(PAGE)
    other = Visitor(site.app())
    assert press(other, page, "build").status == 403
    assert visitor.post(PAGE, {"act": "build"}).status == 403
    assert state(site) is IssueState.NONE


def test_edit_ends_an_approval(site: ReviewSite, visitor: Visitor) -> None:
    built = visitor.follow(press(visitor, visitor.get(PAGE), "build"))
    press(visitor, built, "approve")
    page = visitor.get(PAGE)
    assert "an edit ends the approval" in page.text
    changed = visitor.follow(press(visitor, page, "save", lead_en="New."))
    assert "It was edited since it was built: build it again." in changed.text
    refused = press(visitor, changed, "approve")
    assert refused.status == 409
    assert "edited after it was built" in warning(refused)
    assert state(site) is IssueState.BUILT


def test_decision_after_the_build_needs_another_build(site: ReviewSite, visitor: Visitor) -> None:
    built = visitor.follow(press(visitor, visitor.get(PAGE), "build"))
    approved(site, IDS[3])
    page = visitor.get(PAGE)
    assert "gives another issue than the one built" in page.text
    refused = press(visitor, built, "approve")
    assert (refused.status, state(site)) == (409, IssueState.BUILT)
    assert "no longer what you looked at" in warning(refused)
    again = visitor.follow(press(visitor, page, "build"))
    assert press(visitor, again, "approve").status == 303


def test_text_typed_beside_approve_is_saved_and_not_approved(
    site: ReviewSite, visitor: Visitor
) -> None:
    built = visitor.follow(press(visitor, visitor.get(PAGE), "build"))
    refused = press(visitor, built, "approve", lead_en="Typed late.")
    assert refused.status == 409
    assert edits(site).lead == {"en": "Typed late."}
    assert state(site) is IssueState.BUILT


def test_two_editors_of_different_fields_lose_nothing(site: ReviewSite, visitor: Visitor) -> None:
    bo = Visitor(site.app("bo"))
    mine, theirs = visitor.get(PAGE), bo.get(PAGE)
    press(bo, theirs, "save", lead_en="By bo.", **{f"note_{IDS[0]}": "Noted by bo."})
    assert press(visitor, mine, "save", lead_zh="阿达写的。").status == 303
    assert edits(site).lead == {"en": "By bo.", "zh": "阿达写的。"}
    assert edits(site).notes == {IDS[0]: "Noted by bo."}


def test_two_editors_of_one_field_see_both_texts(site: ReviewSite, visitor: Visitor) -> None:
    bo = Visitor(site.app("bo"))
    mine, theirs = visitor.get(PAGE), bo.get(PAGE)
    press(bo, theirs, "save", lead_en="By bo.", **{f"place_{IDS[0]}": "1"})
    note = {f"note_{IDS[1]}": "Mine too."}
    clash = press(visitor, mine, "save", lead_en="By ada.", **{f"place_{IDS[1]}": "1"}, **note)
    assert clash.status == 409
    assert "someone else changed the same fields" in warning(clash)
    assert clash.text.count("Recorded meanwhile:") == 2
    assert edits(site).lead == {"en": "By bo."}
    again = clash.form(PAGE)
    assert again["lead-en"] == ["By ada."]
    assert again[f"note-{IDS[1]}"] == ["Mine too."]
    assert "By bo." in clash.text
    assert press(visitor, clash, "save").status == 303
    expected = IssueEdits(WEEK, {"en": "By ada."}, (IDS[1],), {IDS[1]: "Mine too."})
    assert edits(site) == expected


def test_busy_database_keeps_what_was_typed(tmp_path: Path) -> None:
    site = with_issue(make_site(tmp_path, busy_timeout_seconds=0.05))
    visitor = Visitor(site.app())
    page = visitor.get(PAGE)
    with site.open_store():
        busy = press(visitor, page, "build", lead_en="Kept \u201ctext\u201d <b>")
    assert busy.status == 503
    assert visitor.post(PAGE, busy.form(PAGE)).status == 303
    assert edits(site).lead == {"en": "Kept \u201ctext\u201d <b>"}
    assert state(site) is IssueState.BUILT


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("lead_en", "x" * 601, "The lead has 601 characters; the limit is 600."),
        (f"note_{IDS[0]}", "x" * 501, "has 501 characters; the limit is 500."),
        (f"place_{IDS[0]}", "first", "'first' is no place"),
        (f"place_{IDS[0]}", "-1", "'-1' is no place"),
        (f"place_{IDS[0]}", "\u0661", "is no place"),
    ],
)
def test_wrong_field_is_shown_again(
    site: ReviewSite, visitor: Visitor, field: str, text: str, says: str
) -> None:
    other = f"note_{IDS[1]}"
    page = press(visitor, visitor.get(PAGE), "save", **{field: text, other: "Kept."})
    assert page.status == 400
    assert says in warning(page)
    again = page.form(PAGE)
    assert again[field.replace("_", "-", 1)] == [text]
    assert again[other.replace("_", "-", 1)] == ["Kept."]
    assert edits(site) == IssueEdits(WEEK)


def test_only_a_publisher_approves(site: ReviewSite) -> None:
    guarded = replace(site, publishers=("grace",))
    ada, grace = Visitor(guarded.app("ada")), Visitor(guarded.app("grace"))
    built = ada.follow(press(ada, ada.get(PAGE), "build"))
    assert "a publisher approves it" in built.text
    assert built.tree.xpath("//button[@value='approve']") == []
    refused = press(ada, built, "approve")
    assert refused.status == 403
    assert "ada may not approve issues. [publish] publishers names who may: grace." in warning(
        refused
    )
    assert press(grace, grace.get(PAGE), "approve").status == 303
    assert press(ada, ada.get(PAGE), "withdraw").status == 403
    assert state(site) is IssueState.APPROVED


def test_what_is_missing_links_to_its_remedy(site: ReviewSite, visitor: Visitor) -> None:
    site.put(make_paper("2603.00005", abstract="Short."))
    approved(site, "2603.00005")
    with site.open_store() as store:
        store.papers.upsert([make_paper(IDS[0], withdrawn=True, version=2)], seen_at=START)
    press(visitor, visitor.get(PAGE), "save", **{f"note_{IDS[0]}": "It was here."})
    page = visitor.get(PAGE)
    lacks = {
        link.text_content(): link.get("href")
        for link in page.tree.xpath("//section[@class='lacks']//a")
    }
    assert lacks["No lead in zh: it is made of the counts."] == "#lead-zh"
    assert lacks["0 highlights of 3."] == "#papers"
    for address in lacks.values():
        if address.startswith("#"):
            assert page.tree.get_element_by_id(address[1:]) is not None
        else:
            assert visitor.get(address).status == 200


def test_note_on_a_paper_that_left_the_issue_stays(site: ReviewSite, visitor: Visitor) -> None:
    press(visitor, visitor.get(PAGE), "save", **{f"note_{IDS[0]}": "It was here."})
    with site.open_store() as store:
        store.decisions.add(
            [
                make_decision(
                    IDS[0],
                    verdict=Verdict.REJECTED,
                    sections=(),
                    decided_at=START - timedelta(days=3),
                )
            ]
        )
    page = visitor.get(PAGE)
    assert f"{IDS[0]} was edited and is not in the issue." in page.text
    assert press(visitor, page, "save", **{f"note_{IDS[0]}": ""}).status == 303
    assert edits(site).notes == {}


def test_highlights_return_to_those_of_the_reviewers(site: ReviewSite, visitor: Visitor) -> None:
    press(visitor, visitor.get(PAGE), "save", **{f"place_{IDS[1]}": "1"})
    page = visitor.get(PAGE)
    assert edits(site).highlights == (IDS[1],)
    assert press(visitor, page, "flags", lead_en="Also typed.").status == 303
    assert edits(site) == IssueEdits(WEEK, {"en": "Also typed."})


def test_hostile_text_is_text_everywhere(site: ReviewSite, visitor: Visitor) -> None:
    site.put(make_paper(IDS[0], title=HOSTILE, abstract=f"{HOSTILE}. We propose {HOSTILE}."))
    typed = {"lead_en": HOSTILE, "lead_zh": HOSTILE, f"note_{IDS[0]}": HOSTILE}
    page = visitor.follow(press(visitor, visitor.get(PAGE), "build", **typed))
    preview = visitor.get(f"{PAGE}/preview")
    for one in (page, preview, visitor.get(f"{PAGE}/preview?language=zh")):
        assert "<script>alert" not in one.response.text
        assert "\u202e" not in one.response.text
        assert one.tree.xpath("//a[starts-with(@href, 'javascript:')]") == []
        assert [n for n in one.tree.xpath("//script") if "alert" in (n.text or "")] == []


def test_preview_runs_loads_and_sends_nothing(visitor: Visitor) -> None:
    answer = visitor.get(f"{PAGE}/preview").response
    rules = answer.headers["content-security-policy"]
    assert rules.startswith("default-src 'none'; ")
    assert "script-src" not in rules
    assert "form-action 'none'" in rules
    assert "sandbox allow-same-origin" in rules
    assert "allow-scripts" not in rules
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert "frame-src 'self'" in visitor.get(PAGE).response.headers["content-security-policy"]
    assert "frame-src" not in visitor.get("/issues").response.headers["content-security-policy"]


def test_every_file_of_the_issue_can_be_read(visitor: Visitor) -> None:
    assert visitor.get(f"{PAGE}/{WEEK}.zh.html").status == 200
    plain = visitor.get(f"{PAGE}/{WEEK}.md").response
    assert plain.headers["content-type"] == "text/plain; charset=utf-8"
    for name in ("other.md", "..%2F..%2Fetc%2Fpasswd", "2026-W10.html"):
        assert visitor.get(f"{PAGE}/{name}").status == 404


@pytest.mark.parametrize("week", ["2026-W54", "2027-W01", "next", "<b>", "2026-W1", "x" * 300])
def test_week_that_has_no_issue_is_refused(visitor: Visitor, week: str) -> None:
    page = visitor.get(f"/issue/{week}")
    assert page.status == 400
    token = visitor.get(PAGE).form(PAGE)["token"]
    assert visitor.post(f"/issue/{week}", {"token": token, "act": "build"}).status == 400


def test_present_week_is_edited_and_not_approved(site: ReviewSite, visitor: Visitor) -> None:
    present = str(Week.of(START))
    page = visitor.get(f"/issue/{present}")
    form = {**page.form(f"/issue/{present}"), "lead-en": "Early."}
    assert visitor.post(f"/issue/{present}", {**form, "act": "build"}).status == 303
    page = visitor.get(f"/issue/{present}")
    assert "It can be approved when the week has ended." in page.text
    refused = visitor.post(
        f"/issue/{present}", {**page.form(f"/issue/{present}"), "act": "approve"}
    )
    assert (refused.status, "has not ended" in warning(refused)) == (409, True)


def test_issue_of_400_papers_is_saved_whole(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    ids = [f"2603.{number:05}" for number in range(1, 401)]
    site.fill(ids)
    approved(site, *ids)
    visitor = Visitor(site.app())
    notes = {f"note_{key}": f"A note of some length on {key}. " * 8 for key in ids}
    assert press(visitor, visitor.get(PAGE), "save", **notes).status == 303
    assert len(edits(site).notes) == 400
