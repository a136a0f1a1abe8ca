"""Read issue forms as GitHub renders them, older issues and mails."""

import json

import pytest

from config.errors import UsageError
from config.taxonomy import load_taxonomy
from pipeline.suggestions.form_text import fields_in, read_form_text
from pipeline.suggestions.issue_export import read_issues
from pipeline.suggestions.issue_form import issue_form
from pipeline.suggestions.labels import labels
from pipeline.suggestions.mails import own_words, read_mail
from storage.suggestion_types import SuggestionKind

#: as GitHub renders the form that `suggestions form` prints
RENDERED = """\
### What is it about?

Wrong section

### arXiv ID

https://arxiv.org/abs/2603.00001v2

### Section

Multimodal agents

### What it should be

_No response_

### Why

It calls tools.

### Not a field of ours

It stays in the text above.

### Your name

Ada Lovelace

### You are

an author

### Credit

- [X] My name may be published as that of a contributor.
"""
CHINESE = """\
### 关于什么\uff1f

已被录用或发表于

### arXiv 编号

arXiv:2603.00001

### 应为

CVPR 2026

### 您的姓名

_No response_

### 您是

读者

### 致谢

- [ ] 可以将我的姓名作为贡献者公开。
"""


def test_rendered_form_is_read_whole() -> None:
    found = read_form_text("Suggestion: ", RENDERED, name="ada-l")
    assert found is not None
    assert (found.kind, found.sections, found.value) == (
        "wrong-section",
        ("Multimodal agents",),
        "",
    )
    assert (found.name, found.relation, found.credited) == ("Ada Lovelace", "author", True)
    assert "https://arxiv.org/abs/2603.00001v2" in found.paper
    assert "Not a field of ours" in found.note


def test_carriage_returns_of_githubs_editor_change_nothing() -> None:
    assert read_form_text("", RENDERED.replace("\n", "\r\n")) == read_form_text("", RENDERED)


def test_chinese_form_is_read() -> None:
    found = read_form_text("建议：", CHINESE, name="wang")
    assert found is not None
    assert (found.kind, found.value, found.name) == ("accepted-at", "CVPR 2026", "wang")
    assert (found.relation, found.credited) == ("reader", False)


def test_answer_that_is_missing_is_no_answer() -> None:
    assert fields_in("### Why\n\n_No response_\n\n### arXiv ID\n\n2603.00001\n") == {
        "paper": "2603.00001"
    }


def test_edited_form_in_another_order_is_read() -> None:
    body = "Sorry, wrong ID before!\n\n### Section\nAgents, Safety\n### ArXiv id:\n\n2603.00001"
    found = read_form_text("Suggestion: x", body)
    assert found is not None
    assert (found.kind, found.sections) == ("missing-paper", ("Agents", "Safety"))


def test_field_that_stands_twice_counts_last() -> None:
    body = (
        "### arXiv ID\n\n2603.00001\n\n### arXiv ID\n\n2603.00002\n\n### arXiv ID\n\n_No response_"
    )
    assert fields_in(body)["paper"] == "2603.00002"


def test_issue_of_an_older_link_is_read() -> None:
    body = "arXiv:2603.00001 A title\nListed in: Agents\n\nIt belongs in: Safety\nBecause: it warns"
    found = read_form_text("Wrong section: arXiv:2603.00001 A title", body)
    assert found is not None
    assert (found.kind, found.sections, found.note) == ("wrong-section", ("Safety",), "it warns")
    assert "2603.00001" in found.paper


def test_free_text_with_an_id_suggests_a_paper() -> None:
    found = read_form_text("Great paper", "Please add https://arxiv.org/abs/2603.00001, thanks")
    assert found is not None
    assert found.kind == "missing-paper"
    assert "Please add" in found.note


@pytest.mark.parametrize(
    "body", ["", "Hello!", "### Steps to reproduce\n\n1. Open the page", "-" * 99]
)
def test_other_issue_is_none_of_ours(body: str) -> None:
    assert read_form_text("Broken link", body) is None


def test_form_has_every_field_in_both_languages() -> None:
    for language in ("en", "zh"):
        text = issue_form(load_taxonomy(), language)
        for name in ("kind", "arxiv_id", "section", "value", "note", "who", "relation", "credit"):
            assert f"    id: {name}\n" in text
        for kind in SuggestionKind:
            assert json.dumps(labels(language)[kind.value], ensure_ascii=False) in text


def test_exports_of_gh_and_of_the_api_are_read() -> None:
    by_gh = '[{"number":7,"title":"T","body":"B","author":{"login":"ada"},"state":"OPEN","url":"https://github.com/O/R/issues/7"}]'
    by_api = '[{"number":7,"title":"T","body":null,"user":{"login":"ada"},"state":"closed","html_url":"https://github.com/o/r/issues/7"},{"number":8,"pull_request":{},"title":"P"}]'
    [one] = read_issues(by_gh)
    assert (one.origin, one.author, one.open) == ("o/r#7", "ada", True)
    pages = read_issues(f"\ufeff{by_api}\n{by_gh}")
    assert [(each.origin, each.open) for each in pages] == [("o/r#7", False), ("o/r#7", True)]
    assert [each.origin for each in read_issues('{"items": [{"number": 9}]}')] == ["#9"]
    assert [each.origin for each in read_issues('[{"number": 9, "html_url": "http://["}]')] == [
        "#9"
    ]


@pytest.mark.parametrize(
    "text", ["{", "[1]", "null", '"x"', '[{"number": "7"}]', "[" * 100_000, '[{"number": true}]']
)
def test_what_is_no_export_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_issues(text)


def mail(body: str, **headers: str) -> bytes:
    given = {
        "From": "Ada <ada@example.org>",
        "Subject": "A paper",
        "Message-ID": "<1@x>",
        **headers,
    }
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in given.items()]
    return ("\r\n".join([*lines, "", body])).encode()


def test_mail_is_read_without_what_it_quotes() -> None:
    found = read_mail(mail("Add 2603.00001\n\nOn Monday Bo wrote:\n> no 2603.00002\n-- \nAda"))
    assert found is not None
    assert (found.origin, found.name, found.address) == ("<1@x>", "Ada", "ada@example.org")
    assert found.text == "Add 2603.00001"
    assert own_words("> all\n> quoted") == ""


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"From": "MAILER-DAEMON@example.org"},
        {"Content-Type": "multipart/report; report-type=delivery-status; boundary=x"},
        {"Content-Type": "text/html"},
    ],
)
def test_automatic_mail_is_left_out(headers: dict[str, str]) -> None:
    assert read_mail(mail("2603.00001", **headers)) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff" * 50,
        b"From: =?x?q?=ff?=\n\n2603.00001",
        b"Content-Type: text/plain; charset=no-such\n\nabc",
        b"Content-Transfer-Encoding: base64\n\n!!!",
        b"Subject: =?utf-8?b?" + b"A" * 9999 + b"?=\n\nabc",
    ],
)
def test_broken_mail_raises_nothing(raw: bytes) -> None:
    found = read_mail(raw)
    assert found is None or "\x00" not in found.subject + found.name


def test_header_in_a_name_stays_in_the_name() -> None:
    found = read_mail(mail("2603.00001", From='"A\tB\x1b[2J" <a@x.org>'))
    assert found is not None
    assert found.name.isprintable()


@pytest.mark.parametrize(
    "raw",
    [
        b"From: " + b"(" * 100_000 + b"\r\n\r\nPlease add 2603.00001",
        b"From: " + b'"a" <a@b.example>,' * 20_000 + b"\r\n\r\nPlease add 2603.00001",
        b"From: " + b'"a" <a@b.example>,\r\n ' * 20_000 + b"\r\n\r\nPlease add 2603.00001",
        b"Content-Type: text/plain" + b';a*0*="x"' * 8_000 + b"\r\n\r\nPlease add 2603.00001",
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n"
        + b"--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n" * 3_000,
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Disposition: a"
        + b";\n a*0*=x" * 8_000,
        b"From: a@x\rContent-Type: text/plain; " + b'";"' * 8_000 + b"\r\rPlease add 2603.00001",
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n\r\nx\r\n" * 3_000,
    ],
    ids=[
        *("comments", "addresses", "folded addresses", "parameters", "parts", "part"),
        *("carriage returns", "parts without headers"),
    ],
)
def test_hostile_mail_is_left_out_before_it_is_parsed(
    raw: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parser would take minutes, or recurse too deeply, and no other mail would be read."""
    monkeypatch.delattr("pipeline.runtime.mails.BytesParser")
    assert read_mail(raw) is None


def test_mail_of_a_long_thread_with_a_key_is_read() -> None:
    head = b"From: Ada <a@b.example>\r\nReferences: " + b"<id@b.example>\r\n " * 500
    head += b"\r\nAutocrypt: addr=a@b.example; keydata=" + b"A" * 6_000
    mail = read_mail(head + b"\r\n\r\nPlease add 2603.00001\r\nFrom: " + b"x" * 5_000)
    assert mail is not None
    assert mail.name == "Ada"
    assert "2603.00001" in mail.text
