"""Findings of `doctor mail` on broken set-ups, and that the record each one names heals it."""

import re
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from config.mail_schema import MailSettings
from pipeline.publish.mail.setup.dkim_key import read_key
from pipeline.publish.mail.setup.examine import MailSurroundings, examine_mail
from pipeline.publish.mail.setup.lookup import Lookup
from pipeline.publish.mail.setup.spf import check_host
from pipeline.publish.mail.setup.spf_record import Sender, SpfError
from pipeline.runtime.findings import Finding
from tests.support.builders import make_decision, make_paper
from tests.support.cli import SurveyInProcess
from tests.support.fake_dns import FakeDns, serving_dns
from tests.support.smtp import CERTIFICATE, PASSWORD, smtp_server
from tests.support.storage import opener

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
_RECORD = re.compile(r"`([^`\s]+\. IN [A-Z]+ [^`]+)`")
KEY = "survey._domainkey.list.org"
DMARC = "_dmarc.list.org"

Examine = Callable[..., tuple[Finding, ...]]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    for name, bits in (("ours", "2048"), ("other", "2048"), ("weak", "512")):
        path = folder / f"{name}.pem"
        subprocess.run(["openssl", "genrsa", "-out", path, bits], check=True, capture_output=True)
        path.chmod(0o600)
    return folder


@pytest.fixture
def zone(keys: Path) -> Iterator[FakeDns]:
    """Serve a domain from which mail arrives."""
    with serving_dns(
        [
            "list.org. IN MX 10 mail.list.org.",
            "mail.list.org. IN A 203.0.113.5",
            "5.113.0.203.in-addr.arpa. IN PTR mail.list.org.",
            'list.org. IN TXT "v=spf1 ip4:203.0.113.5 include:provider.net -all"',
            'list.org. IN TXT "some-other=text"',
            'provider.net. IN TXT "v=spf1 ip4:198.51.100.0/24 -all"',
            f'{DMARC}. IN TXT "v=DMARC1; p=quarantine; rua=mailto:a@list.org"',
            _key_record(keys / "ours.pem"),
        ]
    ) as fake:
        yield fake


def _key_record(path: Path) -> str:
    record = read_key(path).record
    parts = [record[start : start + 200] for start in range(0, len(record), 200)]
    return f"{KEY}. IN TXT " + " ".join(f'"{part}"' for part in parts)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with smtp_server(tls=True, auth=True) as sink:
        yield sink.port


@pytest.fixture
def examine(zone: FakeDns, keys: Path, port: int, tmp_path: Path) -> Examine:
    """Return what examines a sound set-up, apart from what is given."""
    password = tmp_path / "password"
    password.write_text(f"{PASSWORD}\n")
    password.chmod(0o600)
    mail = MailSettings(
        from_address="survey@list.org",
        host="127.0.0.1",
        port=port,
        username="survey",
        password_file=password,
        ca_file=CERTIFICATE,
        timeout_seconds=5,
        sending_hosts=("mail.list.org",),
        dkim_selector="survey",
        dkim_key=keys / "ours.pem",
    )
    around = MailSurroundings(zone.resolver, NOW, {}, lambda: None)

    def examined(
        message: bytes | None = None, now: datetime = NOW, **changed: object
    ) -> tuple[Finding, ...]:
        return examine_mail(
            mail.model_copy(update=changed), replace(around, now=now, message=lambda: message)
        )

    return examined


def test_sound_set_up_gives_no_finding(examine: Examine) -> None:
    assert examine() == ()


SPF_SOUND = "v=spf1 ip4:203.0.113.5 include:provider.net -all"
#: name -> (records put in place, names removed, check, words of what is wrong)
BROKEN: dict[str, tuple[list[str], list[tuple[str, str]], str, str]] = {
    "no SPF": ([], [("list.org", "TXT")], "SPF", "has no SPF record"),
    "two SPF records": (
        ['list.org. IN TXT "v=spf1 mx ~all"', f'list.org. IN TXT "{SPF_SOUND}"'],
        [],
        "SPF",
        "has 2 SPF records",
    ),
    "SPF without our address": (
        ['list.org. IN TXT "v=spf1 include:provider.net -all"'],
        [],
        "SPF",
        "does not allow 203.0.113.5 (fail)",
    ),
    "SPF with only a soft no": (
        ['list.org. IN TXT "v=spf1 mx:provider.net ip4:198.51.100.1 ~all"'],
        [],
        "SPF",
        "does not allow 203.0.113.5 (softfail)",
    ),
    "SPF term misspelt": (
        ['list.org. IN TXT "v=spf1 ipv4:203.0.113.5 include:provider.net -all"'],
        [],
        "SPF",
        "`ipv4:203.0.113.5` is no term of SPF",
    ),
    "SPF includes a domain without one": (
        ['list.org. IN TXT "v=spf1 ip4:203.0.113.5 include:gone.net -all"'],
        [],
        "SPF",
        "gone.net, which is included, has no SPF record",
    ),
    "SPF open to all": (['list.org. IN TXT "v=spf1 +all"'], [], "SPF", "allows the whole world"),
    "no DKIM record": ([], [(KEY, "TXT")], "DKIM", f"there is no key at {KEY}"),
    "DKIM key revoked": ([f'{KEY}. IN TXT "v=DKIM1; p="'], [], "DKIM", "revoked"),
    "DKIM of another kind": ([f'{KEY}. IN TXT "k=ed25519; p=AAAA"'], [], "DKIM", "kind ed25519"),
    "DKIM not readable": ([f'{KEY}. IN TXT "v=DKIM1; p"'], [], "DKIM", "cannot be read"),
    "no DMARC": ([], [(DMARC, "TXT")], "DMARC", "has no DMARC record"),
    "two DMARC records": (
        [f'{DMARC}. IN TXT "v=DMARC1; p=none"', f'{DMARC}. IN TXT "v=DMARC1; p=reject"'],
        [],
        "DMARC",
        "has 2 DMARC records",
    ),
    "DMARC without a policy": (
        [f'{DMARC}. IN TXT "v=DMARC1; p=monitor; rua=mailto:a@list.org; adkim=strict"'],
        [],
        "DMARC",
        "states no policy",
    ),
    "no MX and no address": ([], [("list.org", "MX")], "MX", "no MX record and no address"),
    "null MX": (["list.org. IN MX 0 ."], [], "MX", "says that it takes no mail"),
    "MX is an address": (["list.org. IN MX 10 203.0.113.5."], [], "MX", "holds the address"),
    "MX is an alias": (
        ["list.org. IN MX 10 in.list.org.", "in.list.org. IN CNAME mail.list.org."],
        [],
        "MX",
        "alias of mail.list.org",
    ),
    "no PTR": ([], [("5.113.0.203.in-addr.arpa", "PTR")], "PTR", "has no name"),
    "PTR leads elsewhere": (
        ["5.113.0.203.in-addr.arpa. IN PTR host5.provider.net."],
        [],
        "PTR",
        "called host5.provider.net, which does not lead back",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_dns_is_named_and_healed_by_its_remedy(
    zone: FakeDns, examine: Examine, name: str
) -> None:
    records, removed, check, words = BROKEN[name]
    for name_and_kind in removed:
        zone.remove(*name_and_kind)
    zone.replace(*records)
    [found] = [one for one in examine() if one.wrong]
    assert found.check == check
    assert words in found.what
    named = _RECORD.findall(found.remedy)
    assert named, found.remedy
    zone.replace(*named)
    assert [one for one in examine() if one.check == check] == []


def test_no_record_is_named_that_might_not_pass(zone: FakeDns, examine: Examine) -> None:
    zone.remove("list.org", "TXT")
    for removed in ("A", "MX"):
        found = next(
            one for one in examine(sending_hosts=(), host="127.0.0.1") if one.check == "SPF"
        )
        assert not _RECORD.findall(found.remedy)
        assert "sending_hosts" in found.remedy
        zone.remove("mail.list.org" if removed == "A" else "list.org", removed)


def test_joined_record_lets_our_address_pass(zone: FakeDns, examine: Examine) -> None:
    zone.replace(
        'list.org. IN TXT "v=spf1 include:provider.net ~all"',
        'list.org. IN TXT "v=spf1 ip4:192.0.2.9 -all"',
    )
    [found] = [one for one in examine() if one.check == "SPF"]
    zone.replace(*_RECORD.findall(found.remedy))
    assert [one for one in examine() if one.check == "SPF"] == []


def test_another_key_in_dns_is_named(zone: FakeDns, examine: Examine, keys: Path) -> None:
    zone.replace(_key_record(keys / "other.pem"))
    [found] = examine()
    assert "another key than dkim_key" in found.what
    zone.replace(*_RECORD.findall(found.remedy))
    assert examine() == ()


def test_long_key_is_written_in_strings_of_255_bytes(zone: FakeDns, examine: Examine) -> None:
    zone.remove(KEY, "TXT")
    [found] = examine()
    strings = re.findall(r'"([^"]*)"', found.remedy)
    assert len(strings) == 2
    assert max(map(len, strings)) == 255


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ("t=y; ", "only tests DKIM"),
        ("h=sha1; ", "does not allow sha256"),
        ("s=other; ", "is not for mail"),
    ],
)
def test_limits_of_the_key_are_named(
    zone: FakeDns, examine: Examine, keys: Path, tags: str, words: str
) -> None:
    zone.replace(_key_record(keys / "ours.pem").replace("k=rsa; ", tags))
    [found] = examine()
    assert words in found.what


def test_weak_or_exposed_key_is_named(examine: Examine, keys: Path, tmp_path: Path) -> None:
    weak = examine(dkim_key=keys / "weak.pem")
    assert any("512 bits: receivers refuse it" in one.what for one in weak)
    exposed = tmp_path / "exposed.pem"
    exposed.write_bytes((keys / "ours.pem").read_bytes())
    exposed.chmod(0o644)
    [found] = examine(dkim_key=exposed)
    assert found.remedy == f"`chmod 600 {exposed}`"
    exposed.write_text("no key")
    [found] = examine(dkim_key=exposed)
    assert "holds no private RSA key" in found.what


def test_more_than_ten_lookups_are_counted_term_by_term(zone: FakeDns, examine: Examine) -> None:
    terms = " ".join(f"include:p{n}.net" for n in range(4))
    zone.replace(f'list.org. IN TXT "v=spf1 ip4:203.0.113.5 {terms} -all"')
    for n in range(4):
        zone.replace(f'p{n}.net. IN TXT "v=spf1 a:a.p{n}.net mx:p{n}.net -all"')
    [found] = examine()
    assert "needs 12 look-ups and 10 are allowed" in found.what
    assert "`include:p3.net` 3" in found.what
    # The named domain of its own heals it.
    [record] = _RECORD.findall(found.remedy)
    zone.replace(record, "news.list.org. IN MX 10 mail.list.org.")
    assert examine(bounce_address="survey@news.list.org") == ()


def test_include_that_leads_back_ends(zone: FakeDns, examine: Examine) -> None:
    zone.replace('list.org. IN TXT "v=spf1 include:ring.net -all"')
    zone.replace('ring.net. IN TXT "v=spf1 include:list.org -all"')
    found = examine()
    assert any(one.check == "SPF" for one in found)


def test_no_alignment_is_named_with_both_reasons(zone: FakeDns, examine: Examine) -> None:
    zone.replace(
        'bounces.net. IN TXT "v=spf1 ip4:203.0.113.5 -all"',
        "bounces.net. IN MX 10 mail.list.org.",
    )
    aligned = examine(bounce_address="x@bounces.net")
    assert aligned == ()  # because DKIM speaks for the domain
    found = examine(bounce_address="x@bounces.net", dkim_selector="", dkim_key=None)
    [dmarc] = [one for one in found if one.check == "DMARC"]
    assert "SPF passes for bounces.net; no DKIM key is set up" in dmarc.what
    assert "p=quarantine" in dmarc.what


def test_strict_alignment_refuses_a_subdomain(zone: FakeDns, examine: Examine) -> None:
    zone.replace(
        'm.list.org. IN TXT "v=spf1 ip4:203.0.113.5 -all"', "m.list.org. IN MX 10 mail.list.org."
    )
    changed = {"bounce_address": "x@m.list.org", "dkim_selector": "", "dkim_key": None}
    assert not any(one.check == "DMARC" for one in examine(**changed))
    zone.replace(f'{DMARC}. IN TXT "v=DMARC1; p=reject; aspf=s"')
    [found] = [one for one in examine(**changed) if one.check == "DMARC"]
    zone.replace(*_RECORD.findall(found.remedy))
    assert not any(one.check == "DMARC" for one in examine(**changed))


def test_policy_of_the_parent_domain_applies(zone: FakeDns, examine: Examine) -> None:
    zone.replace(
        'm.list.org. IN TXT "v=spf1 ip4:203.0.113.5 -all"', "m.list.org. IN MX 10 mail.list.org."
    )
    assert examine(from_address="survey@m.list.org", dkim_domain="list.org") == ()


def test_silent_name_server_is_no_verdict(zone: FakeDns, examine: Examine) -> None:
    zone.failing |= {"list.org", DMARC}
    found = examine()
    assert {one.check for one in found} == {"SPF", "DMARC", "MX"}
    assert all("no answer" in one.what for one in found)


def test_unknown_sending_address_is_a_note(examine: Examine) -> None:
    [found] = examine(sending_hosts=())
    assert not found.wrong
    assert "sending_hosts" in found.remedy


def test_nothing_set_up_names_the_keys(examine: Examine) -> None:
    [found] = examine(from_address="", host="")
    assert "from_address and host are not set" in found.what


def test_certificate_of_another_name_is_not_trusted(examine: Examine) -> None:
    [found] = examine(ca_file=None)
    assert found.check == "TLS"
    assert "cannot be trusted" in found.what


def test_server_without_starttls_is_named(examine: Examine) -> None:
    with smtp_server() as sink:
        [found] = examine(port=sink.port)
    assert "does not offer STARTTLS" in found.what


def test_wrong_password_is_named_and_not_shown(examine: Examine, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hunter2")
    [found] = examine()
    assert "refuses the account survey: 535" in found.what
    assert "hunter2" not in found.what + found.remedy


def test_password_never_crosses_the_network_in_clear(examine: Examine) -> None:
    [found] = examine(security="none", host="mail.list.org")
    assert "unencrypted" in found.what


def test_tls_and_starttls_mixed_up_are_told_apart(examine: Examine) -> None:
    [found] = examine(security="tls")
    assert found.remedy == 'Try [mail] security = "starttls".'


def test_port_without_a_server_is_named(examine: Examine) -> None:
    with smtp_server() as sink:
        port = sink.port
    [found] = examine(port=port)
    assert found.check == "server"


def test_certificate_near_its_end_is_named(examine: Examine) -> None:
    with CERTIFICATE.open() as file:
        ends = ssl.cert_time_to_seconds(_not_after(file.read()))
    end = datetime.fromtimestamp(ends, UTC)
    assert examine(now=end - timedelta(days=15)) == ()
    [soon] = examine(now=end - timedelta(days=13))
    [over] = examine(now=end)
    assert (soon.wrong, over.wrong) == (False, True)
    assert f"ends on {end:%Y-%m-%d}" in soon.what


def _not_after(pem: str) -> str:
    done = subprocess.run(
        ["openssl", "x509", "-noout", "-enddate"],
        input=pem,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip().partition("=")[2]


def test_published_key_is_the_one_that_openssl_derives(keys: Path) -> None:
    done = subprocess.run(
        ["openssl", "rsa", "-in", keys / "ours.pem", "-pubout"], capture_output=True, check=True
    )
    lines = done.stdout.decode().splitlines()
    assert read_key(keys / "ours.pem").public == "".join(lines[1:-1])


HEADERS = (
    "From: a@list.org\r\nTo: b@c.org\r\nSubject: s\r\nDate: now\r\nMessage-ID: <1@list.org>\r\n"
    "MIME-Version: 1.0\r\nContent-Type: text/plain\r\nList-Id: <survey.list.org>\r\n"
    "List-Unsubscribe: <https://list.org/u>, <mailto:a@list.org>\r\n"
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    "DKIM-Signature: v=1; h=From:List-Unsubscribe:List-Unsubscribe-Post; b=x\r\n"
)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("", "", None),
        ("List-Id: <survey.list.org>\r\n", "", "has no List-Id"),
        ("<https://list.org/u>, ", "", "no https address"),
        ("<https://list.org/u>, ", "<https://list.org/u>,\r\n ", "folded"),
        (":List-Unsubscribe-Post; b", "; b", "does not cover list-unsubscribe-post"),
        ("Subject: s", "Subject: s\r\nSubject: t", "has 2 times Subject"),
        ("Subject: s", "Subject: \u00fc", "not ASCII"),
        ("=One-Click", "=Click", "List-Unsubscribe-Post says"),
    ],
)
def test_headers_of_the_message_are_checked(
    examine: Examine, old: str, new: str, words: str | None
) -> None:
    found = examine(f"{HEADERS.replace(old, new, 1) if old else HEADERS}\r\nBody\r\n".encode())
    assert [words in one.what for one in found if words] == ([True] if words else [])
    assert words or found == ()


def test_message_above_the_limit_is_named(examine: Examine) -> None:
    [found] = examine(HEADERS.encode() + b"\r\n" + b"x" * 102_400)
    assert "102,400 are allowed" in found.what


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=spf1 exists:%{ir}.%{v}._spf.%{d2} -all", "pass"),
        ("v=spf1 exists:%{l1r-}.lp._spf.%{o} -all", "pass"),
        ("v=spf1 a:mail.list.org/24 -all", "pass"),
        ("v=spf1 -ip4:203.0.113.0/24 +all", "fail"),
        ("v=spf1 ptr -all", "pass"),
        ("v=spf1 ip6:2001:db8::/32 ?all", "neutral"),
        ("v=spf1 redirect=provider.net", "fail"),
        ("V=SPF1 MX -ALL", "pass"),
        ("v=spf1", "neutral"),
    ],
)
def test_spf_is_evaluated_as_receivers_do(zone: FakeDns, record: str, result: str) -> None:
    zone.replace(
        f'list.org. IN TXT "{record}"',
        "5.113.0.203.in-addr._spf.list.org. IN A 127.0.0.2",
        "survey.lp._spf.list.org. IN A 127.0.0.2",
    )
    assert check_host(Lookup(zone.resolver), "list.org", _sender()) == result


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 a: -all",
        "v=spf1 ip4:203.0.113.5/33 -all",
        "v=spf1 all:x",
        "v=spf1 include",
        "v=spf1 exists:%{x} -all",
        "v=spf1 redirect=a.net redirect=b.net",
        "v=spf1 include:list.org -all",
        "v=spf1 a:1.no a:2.no a:3.no -all",
        "v=spf1 redirect=nothing.net",
    ],
)
def test_spf_that_receivers_refuse_is_an_error(zone: FakeDns, record: str) -> None:
    zone.replace(f'list.org. IN TXT "{record}"')
    with pytest.raises(SpfError):
        check_host(Lookup(zone.resolver), "list.org", _sender())


def _sender() -> Sender:
    return Sender("survey@list.org", IPv4Address("203.0.113.5"))


def test_doctor_mail_prints_the_record_and_heals(
    zone: FakeDns, keys: Path, port: int, tmp_path: Path
) -> None:
    (tmp_path / "living-survey.toml").write_text(
        f"""
        [mail]
        from_address = "survey@list.org"
        host = "127.0.0.1"
        port = {port}
        security = "starttls"
        ca_file = "{CERTIFICATE}"
        username = "survey"
        sending_hosts = ["mail.list.org"]
        dkim_selector = "survey"
        dkim_key = "{keys / "ours.pem"}"
        name_server = "127.0.0.1:{zone.port}"
        """
    )
    survey = SurveyInProcess(tmp_path, {"SMTP_PASSWORD": PASSWORD})
    well = survey.call("doctor", "mail")
    assert (well.status, well.out) == (0, "All is well.\n")
    zone.remove("list.org", "TXT")
    ill = survey.call("doctor", "mail")
    assert ill.status == 1
    assert 'list.org. IN TXT "v=spf1 ip4:203.0.113.5 -all"' in ill.out
    assert PASSWORD not in ill.out
    document = survey.call("doctor", "mail", "--json").document
    assert [one["check"] for one in document["findings"]] == ["SPF"]


def test_message_of_the_last_issue_is_examined(
    zone: FakeDns, keys: Path, port: int, tmp_path: Path
) -> None:
    with opener(tmp_path)() as store:
        store.papers.upsert([make_paper("2603.00001")], seen_at=NOW)
        store.decisions.add([make_decision("2603.00001", decided_at=NOW)])
    survey = SurveyInProcess(
        tmp_path,
        {
            "LIVING_SURVEY_NOW": "2026-03-23T12:00:00Z",
            "LIVING_SURVEY_ARXIV__OAI_URL": "http://127.0.0.1:9/oai",
            "LIVING_SURVEY_ARXIV__RSS_URL": "http://127.0.0.1:9",
            "LIVING_SURVEY_ARXIV__QUERY_URL": "http://127.0.0.1:9/api/query",
            "LIVING_SURVEY_DATABASE__PATH": str(tmp_path / "survey.duckdb"),
            "LIVING_SURVEY_SUBSCRIBERS__URL": "https://list.org/mail",
            "LIVING_SURVEY_PUBLISH__BASE_URL": "https://list.org",
            "LIVING_SURVEY_MAIL__FROM_ADDRESS": "survey@list.org",
            "LIVING_SURVEY_MAIL__HOST": "127.0.0.1",
            "LIVING_SURVEY_MAIL__PORT": str(port),
            "LIVING_SURVEY_MAIL__CA_FILE": str(CERTIFICATE),
            "LIVING_SURVEY_MAIL__USERNAME": "survey",
            "LIVING_SURVEY_MAIL__SENDING_HOSTS": "mail.list.org",
            "LIVING_SURVEY_MAIL__DKIM_SELECTOR": "survey",
            "LIVING_SURVEY_MAIL__DKIM_KEY": str(keys / "ours.pem"),
            "LIVING_SURVEY_MAIL__NAME_SERVER": f"127.0.0.1:{zone.port}",
            "SMTP_PASSWORD": PASSWORD,
        },
    )
    assert survey.call("digest", "--week", "2026-W12").status == 0
    made = survey.call("mail", "preview", str(tmp_path / "out"))
    assert made.status == 0, made.err
    assert survey.call("doctor", "mail").out == "All is well.\n"
    changed = survey.call("doctor", "mail", LIVING_SURVEY_SUBSCRIBERS__URL="")
    assert "[subscribers] url is empty" in changed.out


def test_doctor_mail_without_settings_says_what_to_set(tmp_path: Path) -> None:
    ended = SurveyInProcess(tmp_path).call("doctor", "mail")
    assert ended.status == 1
    assert "[mail] from_address and host are not set" in ended.out
