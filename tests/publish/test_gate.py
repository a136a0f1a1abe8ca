"""Each rule of the gate: what it refuses, and what is nearly that and passes."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.publish_schema import PublishSettings
from pipeline.publish.gate.check import check
from pipeline.publish.gate.content import active_content, gained_content
from pipeline.publish.gate.refusal import Refusal, Rule
from pipeline.publish.gate.standing import Standing
from tests.support.publish import make_build

FILE = Path("list.md")
OLD = tuple(f"2602.{number:05d}" for number in range(1, 101))
NEW = tuple(f"2603.{number:05d}" for number in range(1, 201))

STANDING = Standing(
    approved=frozenset(OLD + NEW),
    withdrawn=frozenset(),
    published=frozenset(),
    papers_before=None,
    sections=frozenset({"agents", "editing"}),
)


def _refusals(
    ids: tuple[str, ...] = NEW[:2],
    *,
    before: bytes | None = None,
    build: dict[str, Any] | None = None,
    rules: dict[str, Any] | None = None,
    **standing: Any,
) -> tuple[Refusal, ...]:
    return check(
        make_build(FILE, ids, **(build or {})),
        {FILE: before},
        replace(STANDING, **standing),
        PublishSettings(**(rules or {})),
    )


def _published(*ids: str) -> dict[str, Any]:
    return {"published": frozenset(ids), "papers_before": len(ids)}


def _rules(refusals: tuple[Refusal, ...]) -> list[Rule]:
    return [one.rule for one in refusals]


def test_first_publication_of_any_size_passes() -> None:
    assert _refusals(NEW) == ()


def test_every_refusal_has_reason_and_remedy() -> None:
    found = _refusals(
        (*NEW, "2603.99999"),
        build={"data": b"<script>x</script> buy now \x07", "section": "none", "recounted": {}},
        withdrawn=frozenset(NEW[:1]),
        edited=("w12.md",),
        issue_approved=False,
        newer=True,
        rules={"issues": "approved"},
        **_published(*OLD),
    )
    assert set(_rules(found)) == set(Rule) - {Rule.UNREAD}
    for one in found:
        assert one.sentence.endswith(".")
        assert one.remedy.endswith(".")


def test_paper_without_a_standing_approval_is_final() -> None:
    (found,) = _refusals((NEW[0], "2603.99999"))
    assert found.sentence == "2603.99999 has no standing approval."
    assert (found.rule, found.final) == (Rule.UNDECIDED, True)


def test_withdrawn_paper_is_refused() -> None:
    (found,) = _refusals(withdrawn=frozenset(NEW[:1]))
    assert found.sentence == f"{NEW[0]} is withdrawn at arXiv."
    assert (found.rule, found.final) == (Rule.WITHDRAWN, False)


@pytest.mark.parametrize("changed", ["approved", "withdrawn"])
def test_issue_keeps_what_it_carried(changed: str) -> None:
    now: dict[str, Any] = {
        "approved": {"approved": frozenset(NEW[1:])},
        "withdrawn": {"withdrawn": frozenset(NEW[:1])},
    }[changed]
    issue = {"target": "digest:2026-W12"}
    assert _refusals(build=issue, **now, **_published(*NEW[:2])) == ()
    assert _refusals(build=issue, **now) != ()


def test_lost_paper_is_refused_unless_explained() -> None:
    (found,) = _refusals(OLD[2:], **_published(*OLD))
    assert found.rule is Rule.SHRINKS
    assert found.sentence == (
        "It would lose 2 published papers that are still approved and not withdrawn:"
        f" {OLD[0]}, {OLD[1]}."
    )
    explained: dict[str, Any] = {"approved": frozenset(OLD[1:]), "withdrawn": frozenset({OLD[1]})}
    assert _refusals(OLD[2:], **explained, **_published(*OLD)) == ()


def test_lost_paper_counts_although_as_many_come() -> None:
    assert _rules(_refusals((*OLD[1:], NEW[0]), **_published(*OLD))) == [Rule.SHRINKS]


def test_file_that_loses_its_text_is_refused() -> None:
    entries = f"- {OLD[0]}\n".encode()
    before = entries + b"By hand, for years.\n" * 100
    found = _refusals(OLD[:1], before=before, **_published(OLD[0]))
    assert [one.sentence for one in found] == ["list.md would shrink from 2,013 to 13 bytes."]


@pytest.mark.parametrize(
    ("before", "more", "refusals"),
    [(100, 50, 0), (100, 51, 1), (2, 50, 0), (2, 51, 1), (0, 200, 0)],
)
def test_growth_has_a_share_and_a_floor(before: int, more: int, refusals: int) -> None:
    held = OLD[:before]
    standing = _published(*held) if held else {}
    found = _refusals((*held, *NEW[:more]), **standing)
    assert _rules(found) == [Rule.GROWS] * refusals


def test_share_counts_where_it_is_more_than_the_floor() -> None:
    def rules(percent: int) -> dict[str, Any]:
        return {"grow_freely": 10, "grow_at_most_percent": percent}

    grown = (*OLD, *NEW[:30])
    assert _refusals(grown, rules=rules(30), **_published(*OLD)) == ()
    assert _rules(_refusals(grown, rules=rules(29), **_published(*OLD))) == [Rule.GROWS]


def test_new_issue_is_compared_with_the_one_before() -> None:
    issue = {"target": "digest:2026-W12"}
    assert _rules(_refusals(NEW[:80], build=issue, papers_before=20)) == [Rule.GROWS]
    assert _refusals(NEW[:70], build=issue, papers_before=20) == ()


@pytest.mark.parametrize(
    ("section", "said"),
    [("none", "in the unknown section 'none'."), ("~other", "in no section.")],
)
def test_unknown_section_is_refused(section: str, said: str) -> None:
    (found,) = _refusals(NEW[:1], build={"section": section})
    assert found.rule is Rule.SECTION
    assert found.sentence == f"{NEW[0]} is {said}"


def test_empty_issue_of_an_unread_week_is_refused() -> None:
    issue = {"target": "digest:2026-W12"}
    days = (date(2026, 3, 17), date(2026, 3, 18))
    (found,) = _refusals((), build=issue, unread=days)
    assert found.sentence == (
        "The issue is empty, and of 2 announcement days of its week not all was read: 2026-03-17,"
        " 2026-03-18."
    )
    assert "backfill --from 2026-03-17 --until 2026-03-18" in found.remedy
    assert _refusals((), build=issue) == ()
    assert _refusals(NEW[:1], build=issue, unread=days) == ()


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<ScRiPt src=//evil.example>",
        "- [a](javascript:alert(1))",
        "- [a](JaVaScRiPt:alert(1))",
        "- [a](java&#115;cript:alert(1))",
        "- [a](<vbscript:x>)",
        "- [a][b]\n\n[b]: javascript:alert(1)",
        "- <javascript:alert(1)>",
        "- [a](data:text/html;base64,AAAA)",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)></svg>",
        "| a | <b onclick=x()>b</b> |",
        "<a href='file:///etc/passwd'>a</a>",
        "<iframe src=https://a.example></iframe>",
        "<form action=https://a.example><input></form>",
        "<meta http-equiv='Refresh' content='0;url=https://a.example'>",
        "<base href=https://a.example>",
        '<div style="behavior:url(x)">a</div>',
        "<style>@import 'https://a.example/x.css';</style>",
        "<b>" * 3000 + "<script>x</script>",
        "<!-- a\n\n-->\n\n<script>x</script>",
        "```\n<b>\n\n```\n\n<script>x</script>",
        "<!--><script>x</script>-->",
        "<?x><img src=x onerror=a>?>",
    ],
)
def test_active_content_is_final(text: str) -> None:
    (found,) = _refusals((), build={"data": text.encode()})
    assert (found.rule, found.final) == (Rule.ACTIVE, True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<!-- a\n\n<script>x</script>\n-->\n", "<!-- a\n-->\n\n<script>x</script>\n-->\n"),
        ("```\n\n<script>x</script>\n```\n", "```\n```\n\n<script>x</script>\n```\n"),
        ("```\n\n<script>x</script>\n", "\n<script>x</script>\n"),
        ("- [a][b]\n", "- [a][b]\n\n[b]: javascript:x\n"),
        ("<script>x</script>\n", "<script>x</script>\n\n<script>x</script>\n"),
        ("- [a](\n  b.html)\n", "- [a](\n  javascript:x)\n"),
    ],
)
def test_what_acts_by_the_lines_around_it_is_final(before: str, after: str) -> None:
    (found,) = _refusals((), before=before.encode(), build={"data": after.encode()})
    assert found.rule is Rule.ACTIVE


#: what links, references, code and comments are made of
_PIECES = (
    *("[", "]", "(", ")", "](", "](<", "]:", "[a]", "<", ">", "!", "`", "\\", "*", "|", "- ", "> "),
    *(" ", "\n", "\t", "    ", "\n\n", "javascript:", "java", "script", ":", "\\:", "vbscript:x"),
    *(
        "data:",
        "http:",
        "https:",
        "mailto:",
        "&",
        "&colon;",
        "&#58;",
        "&Tab;",
        ";",
        "a",
        '"',
        "1. ",
    ),
)


@given(st.lists(st.sampled_from(_PIECES), min_size=2, max_size=14).map("".join))
def test_new_text_is_judged_as_its_rendering(text: str) -> None:
    """What is not suspect is not rendered, so it must show nothing active."""
    found = active_content(text, FILE)
    assert set(gained_content(None, text.encode(), FILE)) == set(found)


def test_active_content_written_by_hand_stays() -> None:
    before = b"<iframe src=https://a.example></iframe>\n\n- [a](https://a.example)\n"
    after = before + b"- <sup>new</sup> [b](https://b.example)\n"
    assert _refusals((), before=before, build={"data": after}) == ()


@pytest.mark.parametrize(
    "block", ["<div>", "<ul><li>", "<details><summary>", "<svg><g>", "<B C=d>"]
)
def test_blocks_nested_deeper_than_browsers_show_are_refused(block: str) -> None:
    deep = f"- a\n\n{block * 600}\n"
    (found,) = _refusals((), build={"data": deep.encode()})
    assert (found.rule, found.final) == (Rule.ACTIVE, True)
    assert "more than 512 others" in found.sentence
    # also where they were before, if what is new must be read among them
    before = deep.encode()
    (found,) = _refusals((), before=before, build={"data": before + b"- <b>b</b>\n"})
    assert found.rule is Rule.ACTIVE
    assert _refusals((), before=before, build={"data": before + b"- b\n"}) == ()


@pytest.mark.parametrize(
    "siblings",
    [
        "<div>a</div>",
        "<p>a",
        "<ul><li>a<li>b</ul>",
        "<br><img src='a.png'>",
        '- <a name="a"/>a\n',
        "- <a id=a>a\n",
        '<table><tr><td>a<td title="a > b">b</table>',
        "<details><summary>a</summary><b>b</b></details>",
    ],
)
def test_many_elements_beside_each_other_pass(siblings: str) -> None:
    assert _refusals((), build={"data": f"- a\n\n{siblings * 600}\n".encode()}) == ()


def test_shapes_of_a_picture_are_not_nested() -> None:
    picture = f'<svg viewBox="0 0 9 9">{"<path d=a />" * 600}</svg>'
    assert active_content(picture, Path("a.html")) == ()
    assert active_content("<path />" * 600, Path("a.html")) != ()


@pytest.mark.parametrize(
    "text",
    [
        r"- **\<script\>alert(1)\</script\> in the Wild**, [paper](https://arxiv.org/abs/1)",
        "- &lt;img onerror=x&gt; as text",
        "- `<script>` in code",
        "- JavaScript: The Hard Parts of javascript:alert",
        "- [code](https://a.example/javascript:x) mailto:ada@example.org",
        '- <a href="#top">up</a> <img src="data:image/png;base64,AAAA">',
        '- <details><summary>More</summary>text</details> <br> <sup style="color:red">1</sup>',
        "- Turn on=off: 10:30, a:b, std::move",
        "```\n<b>\n\n<script>x</script>\n```",
        "<!-- a\n\n<script>x</script>\n-->",
    ],
)
def test_text_about_active_content_passes(text: str) -> None:
    assert _refusals((), build={"data": text.encode()}) == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a\u202eb", "U+202E"),
        ("a\u2066b", "U+2066"),
        ("a\x1b[2Jb", "U+001B"),
        ("a\x00b", "U+0000"),
        ("a\u200bb", "U+200B"),
        ("a\x85b", "U+0085"),
        ("a\U000e0041b", "U+E0041"),
    ],
)
def test_hidden_character_is_final(text: str, named: str) -> None:
    (found,) = _refusals((), build={"data": text.encode()})
    assert (found.rule, found.final) == (Rule.HIDDEN, True)
    assert named in found.sentence


def test_bytes_that_are_no_utf_8_are_refused() -> None:
    (found,) = _refusals((), build={"data": b"caf\xe9"})
    assert found.sentence == "What list.md gains holds hidden characters: byte 0xe9."


@pytest.mark.parametrize(
    "held",
    ["<script>ours()</script>\n", "\ufeff# List \u200b\u202e\n", "buy now!!!\n", "caf\xe9\n"],
)
def test_hand_written_rest_is_not_judged(held: str) -> None:
    before = held.encode("latin-1" if held.startswith("caf") else "utf-8")
    assert _refusals((), before=before, build={"data": before + b"- an entry\r\n"}) == ()
    twice = _refusals((), before=before, build={"data": before * 2})
    assert len(twice) == 1


@pytest.mark.parametrize(
    "text",
    [
        "- Great results. Buy now at our shop.",
        "- BUY\u00a0\u00a0NOW",
        "- \uff22\uff35\uff39 \uff2e\uff2f\uff37",
        "- 加微信 获取资料",
        "- See https://bit.ly/x and call +49 170 1234567",
        "- CHEAP WATCHES CHEAP WATCHES BEST PRICE IN TOWN TODAY!!!",
        "- https://t.me/deals only $9.99 per month",
    ],
)
def test_spam_is_refused_and_can_be_set_aside(text: str) -> None:
    (found,) = _refusals((), build={"data": text.encode()})
    assert (found.rule, found.final) == (Rule.SPAM, False)


@pytest.mark.parametrize(
    "text",
    [
        "- Act Nowhere: Agents that Wait",
        "- Whether to Reorder Now-Casting Models",
        "- **Attention Is Free!** [code](https://bit.ly/x)",
        "- A PAPER WHOSE TITLE IS WRITTEN IN CAPITAL LETTERS FROM START TO END",
        "- GAN, GAN, GAN, GAN: Four GANs [1](https://arxiv.org/abs/2603.00001)",
        "- Selling at $9.99: Price Prediction",
    ],
)
def test_unusual_title_is_no_spam(text: str) -> None:
    assert _refusals((), build={"data": text.encode()}) == ()


def test_own_phrases_are_spam_too() -> None:
    build = {"data": b"- Sponsored  by Acme"}
    assert _refusals((), build=build) == ()
    assert _rules(_refusals((), build=build, rules={"spam_phrases": ("sponsored by",)})) == [
        Rule.SPAM
    ]


def test_issue_waits_for_its_approval_only_where_asked() -> None:
    issue = {"target": "digest:2026-W12"}
    assert _refusals(build=issue, issue_approved=False) == ()
    (found,) = _refusals(build=issue, issue_approved=False, rules={"issues": "approved"})
    assert found.sentence == "No publisher approved the issue 2026-W12 as it is built now."
