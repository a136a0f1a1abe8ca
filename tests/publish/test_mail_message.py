"""What a mail is made of: headers, two equal parts, a signature, and a size that is not cut."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.header import decode_header, make_header
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import dkim
import pytest
from lxml import html as lxml_html

from pipeline.publish.mail.letter import MOST_BYTES, Reader
from pipeline.publish.mail.mailing import of_week
from pipeline.publish.mail.opening import TEST_ID
from pipeline.publish.mail.preview import Preview, preview, send_test
from pipeline.publish.subscribers.keys import subscriber_keys
from pipeline.publish.subscribers.tokens import Purpose
from storage.types import Paper
from tests.support.builders import make_paper
from tests.support.mail import AGENTS, IMAGE, PAGES, SITE, W12, MailScene, Person, make_scene
from tests.support.smtp import TLS, Received, Sink, smtp_server

ADA = Person("ada@reader.example")
ID = re.compile(r"arxiv\.org/abs/(\d{4}\.\d{4,5})")
HOSTILE = (
    "Hello\r\nBcc: victim@reader.example\r\n\r\nbody",
    "</p><script>alert(1)</script><a href='javascript:alert(1)'>x</a>",
    "\u202eReversed\u202c and \u200bhidden \x00 text",
    "=?utf-8?q?Subject=0ABcc=3A_x=40y?=",
    "--=_boundary--\n.\nQUIT",
    "{{ letter.unsubscribe }} {% raw %} ${x} %s",
    "论文" * 120,
    "." * 300,
)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_server() as found:
        yield found


def many(number: int, title: str = "A title of usual length about talking pictures") -> list[Paper]:
    return [make_paper(f"2603.{n:05}", title=f"{title} {n:03}") for n in range(1, number + 1)]


def parts(made: Preview | Received) -> tuple[str, str]:
    """Plain and HTML text of a mail, decoded."""
    message = made.message if isinstance(made, Received) else Received("", "", made.message).message
    plain, page = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert page is not None
    return plain.get_content(), page.get_content()


def made(scene: MailScene, reader: Reader = Reader("en")) -> Preview:  # noqa: B008  # frozen
    return preview(scene.services, scene.post(), of_week(W12), reader)


def test_mail_has_the_headers_of_a_list(tmp_path: Path, sink: Sink) -> None:
    scene = make_scene(tmp_path, sink.port, those=[ADA], reply_to="editor@survey.example")
    scene.send()
    [received] = sink.received
    head = received.content.partition(b"\r\n\r\n")[0].decode()
    lines = dict(line.split(": ", 1) for line in head.split("\r\n") if not line.startswith(" "))
    keys = subscriber_keys(scene.settings.database.path)
    token = keys.tokens.make(Purpose.UNSUBSCRIBE, "ada")
    assert lines["List-Unsubscribe"] == (
        f"<{PAGES}/unsubscribe/{token}>, "
        f"<mailto:survey@survey.example?subject=unsubscribe%20{token}>"
    )
    assert lines["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert lines["List-Id"] == "<living-survey.survey.example>"
    assert lines["Reply-To"] == "editor@survey.example"
    assert lines["Date"] == "Mon, 23 Mar 2026 06:00:00 +0000"
    assert re.fullmatch(r"<2026-W12\.[0-9a-f]{40}@survey\.example>", lines["Message-ID"])
    subject = "Talking Pictures: A Survey: 4 papers, 16\u201322 March 2026"
    assert received.message["Subject"] == subject
    assert received.message["To"] == "ada@reader.example"
    assert [one.get_content_type() for one in received.message.iter_parts()] == [
        "text/plain",
        "text/html",
    ]
    assert all(len(line) <= 998 for line in received.content.split(b"\r\n"))
    assert received.content.count(b"\n") == received.content.count(b"\r\n")


def test_signature_covers_both_headers_of_unsubscribing(tmp_path: Path, sink: Sink) -> None:
    scene = make_scene(
        tmp_path, sink.port, those=[ADA], dkim_key=TLS / "dkim.pem", dkim_selector="news"
    )
    scene.send()
    [received] = sink.received
    record = f"v=DKIM1; k=rsa; p={(TLS / 'dkim.public').read_text().strip()}".encode()
    asked: list[bytes] = []

    def answer(name: bytes, timeout: float = 5) -> bytes:
        asked.append(name)
        return record

    assert dkim.verify(received.content, dnsfunc=answer)
    assert asked == [b"news._domainkey.survey.example."]
    header = received.message["DKIM-Signature"]
    signed = re.search(r"h=([^;]+);", re.sub(r"\s+", "", header))
    assert signed
    assert {"list-unsubscribe", "list-unsubscribe-post", "from", "message-id"} <= set(
        signed[1].lower().split(":")
    )
    changed = received.content.replace(b"List-Unsubscribe=One-Click", b"List-Unsubscribe=No")
    assert not dkim.verify(changed, dnsfunc=answer)


def test_both_parts_have_the_same_papers_in_the_same_order(tmp_path: Path) -> None:
    scene = make_scene(tmp_path, papers=many(40), sections=(IMAGE, AGENTS))
    for reader in (Reader("en"), Reader("zh"), Reader("en", (AGENTS,))):
        found = made(scene, reader)
        plain, page = parts(found)
        ids = list(dict.fromkeys(ID.findall(plain)))
        assert ids == list(dict.fromkeys(ID.findall(page))) == list(found.papers)
        assert len(ids) == (20 if reader.sections else 40)
        titles = [
            "".join(map(str, one.itertext())) for one in lxml_html.fromstring(page).iter("h3")
        ]
        wrapped = " ".join(plain.split())
        places = [wrapped.index(title) for title in titles]
        assert places == sorted(places)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_largest_issue_fits_with_its_links(tmp_path: Path, language: str) -> None:
    title = (
        "多模态生成与编辑的大语言模型综述：" * 7 if language == "zh" else "A very long title " * 13
    )
    scene = make_scene(tmp_path, papers=many(400, title), sections=(IMAGE, AGENTS))
    found = made(scene, Reader(language))
    plain, page = parts(found)
    assert len(found.message) <= MOST_BYTES
    assert len(found.message) > MOST_BYTES * 0.9
    assert len(found.papers) + found.left_out == 400
    assert found.left_out > 0
    for text in (plain, page):
        assert f"{found.left_out:,}" in text
        assert f"{PAGES}/unsubscribe/test." in text
        assert f"{PAGES}/preferences/test." in text
        # the published page is shortened too, so the whole issue is its Markdown twin
        assert f"{SITE}/2026-W12{'.zh' if language == 'zh' else ''}.md" in text
        assert ("全部 400 篇" if language == "zh" else "All 400 papers") in text


def test_small_issue_is_whole_and_links_its_page(tmp_path: Path) -> None:
    found = made(make_scene(tmp_path))
    plain, page = parts(found)
    assert found.left_out == 0
    assert f"{SITE}/2026-W12.html" in plain
    assert f'href="{SITE}/2026-W12.html"' in page


def test_preheader_says_the_issue_s_true_numbers(tmp_path: Path) -> None:
    scene = make_scene(tmp_path, papers=many(5))
    _, page = parts(made(scene))
    hidden = lxml_html.fromstring(page).find("body/div")
    assert hidden is not None
    assert hidden.text == "5 papers in 2 sections."
    assert "display:none" in (hidden.get("style") or "")


def test_test_mail_differs_only_in_recipient_and_token(tmp_path: Path, sink: Sink) -> None:
    scene = make_scene(tmp_path, sink.port, those=[ADA])
    post = scene.post()
    trial = preview(scene.services, post, of_week(W12), Reader("en"), "boss@survey.example")
    assert send_test(post, "boss@survey.example", trial).code == 250
    scene.send()
    test, real = (one.content.decode() for one in sink.received)
    keys = subscriber_keys(scene.settings.database.path)

    def neutral(text: str, person: str, address: str) -> str:
        text = text.replace("=\r\n", "").replace(f"To: {address}", "To: X")
        for purpose in (Purpose.UNSUBSCRIBE, Purpose.PREFERENCES):
            text = text.replace(keys.tokens.make(purpose, person), "TOKEN")
        boundary = re.search(r'boundary="(=_[0-9a-f]{32})"', text)
        assert boundary
        text = text.replace(boundary[1], "BOUNDARY")
        return re.sub(r"2026-W12\.[0-9a-f]{40}", "MESSAGE", text)

    assert neutral(test, TEST_ID, "boss@survey.example") == neutral(real, "ada", ADA.address)
    assert keys.tokens.read(Purpose.UNSUBSCRIBE, keys.tokens.make(Purpose.UNSUBSCRIBE, TEST_ID))
    with scene.services.open_store() as store:
        assert store.subscribers.get(TEST_ID) is None
        assert len(store.mailings.names()) == 1


def test_what_is_previewed_is_what_is_sent(tmp_path: Path, sink: Sink) -> None:
    scene = make_scene(tmp_path, sink.port, those=[ADA])
    before = parts(made(scene))
    scene.send()
    after = parts(made(scene))
    [received] = sink.received

    def bare(texts: tuple[str, str]) -> list[str]:
        plain = [one.replace("\r\n", "\n") for one in texts]
        return [re.sub(r"(unsubscribe|preferences)/[\w.-]+", r"\1", one) for one in plain]

    assert bare(before) == bare(parts(received)) == bare(after)


def test_message_id_is_the_same_for_a_person_and_an_issue(tmp_path: Path) -> None:
    scene = make_scene(tmp_path)
    ids = {
        made(one, reader).message.partition(b"Message-ID: ")[2].partition(b"\r\n")[0]
        for one in (scene, scene.at(scene.now + timedelta(hours=5)))
        for reader in (Reader("en"), Reader("zh"))
    }
    assert len(ids) == 1


def test_hostile_titles_stay_text(tmp_path: Path, sink: Sink) -> None:
    papers = [make_paper(f"2603.{n:05}", title=text) for n, text in enumerate(HOSTILE, 1)]
    scene = make_scene(tmp_path, sink.port, those=[ADA], papers=papers)
    scene.send()
    [received] = sink.received
    assert received.message.get_all("Bcc") is None
    assert len(received.message.get_all("To", [])) == 1
    plain, page = parts(received)
    assert "<script" not in page
    links = [one.get("href") or "" for one in lxml_html.fromstring(page).iter("a")]
    assert {link.partition(":")[0] for link in links} == {"https"}
    assert not re.search("[\u202a-\u202e\u200b\x00]", plain + page)
    assert [int(one[-5:]) for one in dict.fromkeys(ID.findall(plain))] == [1, 3, 5, 7, 2, 4, 6, 8]
    assert len(list(received.message.iter_parts())) == 2


def test_archive_copies_hold_no_live_token(tmp_path: Path, sink: Sink) -> None:
    scene = make_scene(tmp_path, sink.port, those=[ADA])
    scene.send()
    keys = subscriber_keys(scene.settings.database.path)
    token = keys.tokens.make(Purpose.UNSUBSCRIBE, "ada").encode()
    assert token in sink.received[0].content.replace(b"=\r\n", b"")
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".duckdb"]
    assert len(kept) > 10
    assert [path for path in kept if token in path.read_bytes()] == []


def test_receipt_and_copies_hold_no_address(tmp_path: Path, sink: Sink) -> None:
    sink.rcpt = {ADA.address: f"550 5.1.1 <{ADA.address}>: unknown in {ADA.address}"}
    scene = make_scene(tmp_path, sink.port, those=[ADA, Person("bo@reader.example")])
    scene.send()
    for path in (tmp_path / "mail").rglob("*"):
        assert path.is_dir() or b"@reader" not in path.read_bytes(), path
    with scene.services.open_store() as store:
        rows = store._session.rows("SELECT detail FROM mail_event")
    assert ("550 5.1.1 <(address)>: unknown in (address)",) in rows


@pytest.mark.parametrize(
    "name",
    [
        "Ada", "Talking Pictures: A Survey", "会说话的图像：多模态生成与编辑综述" * 5,
        "Überblick " * 19, 'A survey, "quoted" and (with) signs; ' * 5, "x" * 200,
        "很" * 17, "很" * 18, "很" * 19, "\U0001d538" * 50,
    ],
)  # fmt: skip
def test_sender_is_folded_as_the_standards_say(tmp_path: Path, name: str) -> None:
    content = made(make_scene(tmp_path, from_name=name)).message
    head = content.partition(b"\r\n\r\n")[0].decode("ascii")
    field = re.search(r"^From: ([^\r]*(?:\r\n[ \t][^\r]*)*)", head, re.MULTILINE)
    assert field
    lines = field[0].split("\r\n")
    assert all(len(line) <= (78 if " " in line[6:] else 998) for line in lines)
    assert all(line.strip() for line in lines)
    words = re.findall(r"=\?[^? ]*\?[bqBQ]\?[^? ]*\?=", field[0])
    assert all(len(word) <= 75 for word in re.findall(r"=\?[^ \r]*\?=", head))
    assert all(len(line) <= 76 for line in head.split("\r\n") if "=?utf-8?" in line)
    assert bool(words) is not name.isascii()
    decoded = str(make_header(decode_header(field[1].replace("\r\n", ""))))
    assert parseaddr(decoded)[1] == "survey@survey.example"
    shown = parseaddr(decoded)[0] if name.isascii() else decoded.rpartition(" <")[0]
    assert shown.strip() == name[:200].strip()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_readers_can_answer_from_the_mail(tmp_path: Path, language: str) -> None:
    scene = make_scene(tmp_path, papers=many(400, "A title of usual length " * 8))
    silent = made(scene, Reader(language))
    assert "suggest" not in silent.html + silent.text
    asking = scene.settings.publish.model_copy(update={"suggest_url": "https://s.example/new"})
    scene = replace(scene, settings=scene.settings.model_copy(update={"publish": asking}))
    scene.publish()
    answered = made(scene, Reader(language))
    assert len(answered.message) <= MOST_BYTES
    links = re.findall(r"https://s\.example/new\?\S+", answered.text)
    found = [str(one.get("href")) for one in lxml_html.document_fromstring(answered.html).iter("a")]
    assert links == [one for one in found if "s.example" in one]
    asked = [parse_qs(urlsplit(one).query)["kind"] for one in links]
    assert asked == [["missing-paper"], ["wrong-section"], ["accepted-at"]]
