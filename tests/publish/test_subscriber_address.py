"""Addresses of subscribers: what is taken, what two spellings have in common, what is refused."""

import pytest

from pipeline.publish.subscribers.address import (
    Address,
    AddressError,
    Fault,
    address_key,
    mailbox_key,
    parse_address,
)

SALT = b"s" * 32


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("ada@example.org", "ada@example.org"),
        (" Ada.Love@EXAMPLE.Org\n", "Ada.Love@example.org"),
        ("ada+survey@example.org", "ada+survey@example.org"),
        ("o'brien!#$%&*/=?^_`{|}~-@a.b.example.org", "o'brien!#$%&*/=?^_`{|}~-@a.b.example.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        ("ada@例子.测试", "ada@xn--fsqu00a.xn--0zwm56d"),
        ("ada@straße.de", "ada@xn--strae-oqa.de"),
        ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ("x" * 64 + "@example.org", "x" * 64 + "@example.org"),
        ("añda.Ö@example.org", "añda.Ö@example.org"),
        ("an\u0303da@example.org", "añda@example.org"),
        ("用户@例子.测试", "用户@xn--fsqu00a.xn--0zwm56d"),
        ("अजय@example.org", "अजय@example.org"),
    ],
)
def test_address_is_stored_as_it_is_sent_to(given: str, stored: str) -> None:
    assert str(parse_address(given)) == stored


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ("", Fault.EMPTY),
        (" \r\n ", Fault.EMPTY),
        ("ada", Fault.NO_AT),
        ("@example.org", Fault.NO_AT),
        ("ada@", Fault.NO_AT),
        ("a@b@example.org", Fault.NO_AT),
        ("ada@example.org, eve@example.org", Fault.NO_AT),
        ("ada@example.org,eve", Fault.DOMAIN),
        ("ada@example.org\r\nBcc: eve@example.org", Fault.NO_AT),
        ("ada\r\nBcc: eve@example.org", Fault.CHARACTERS),
        ("ada@example.org\r\nSubject: x", Fault.DOMAIN),
        ("ada\0@example.org", Fault.CHARACTERS),
        ('"ada love"@example.org', Fault.CHARACTERS),
        ("ada love@example.org", Fault.CHARACTERS),
        ("Ada <ada@example.org>", Fault.CHARACTERS),
        ("mailto:ada@example.org", Fault.CHARACTERS),
        (".ada@example.org", Fault.CHARACTERS),
        ("a..b@example.org", Fault.CHARACTERS),
        ("ada.@example.org", Fault.CHARACTERS),
        ("ad\u2014a@example.org", Fault.LETTERS),
        ("ad\U0001f600a@example.org", Fault.LETTERS),
        ("añ da@example.org", Fault.LETTERS),
        ("ñ..a@example.org", Fault.LETTERS),
        ("ñ" * 33 + "@example.org", Fault.TOO_LONG),
        ("ada@xn--a.example", Fault.DOMAIN),
        ("ada@xn--.example", Fault.DOMAIN),
        ("ada@xn--example-.org", Fault.DOMAIN),
        ("ada@ab--cd.example", Fault.DOMAIN),
        ("ada@xn--zzzzzzzzzzzz.example", Fault.DOMAIN),
        ("ada@xn--ls8h.example", Fault.DOMAIN),
        ("ada\u202e@example.org", Fault.CHARACTERS),
        ("ada@example", Fault.DOMAIN),
        ("ada@[127.0.0.1]", Fault.DOMAIN),
        ("ada@127.0.0.1", Fault.DOMAIN),
        ("ada@-example.org", Fault.DOMAIN),
        ("ada@example-.org", Fault.DOMAIN),
        ("ada@example..org", Fault.DOMAIN),
        ("ada@.example.org", Fault.DOMAIN),
        ("ada@exa_mple.org", Fault.DOMAIN),
        ("ada@ex\u200dample.org", Fault.DOMAIN),
        ("ada@" + "x" * 64 + ".org", Fault.DOMAIN),
        ("x" * 65 + "@example.org", Fault.TOO_LONG),
        ("ada@" + "x." * 130 + "org", Fault.TOO_LONG),
        ("x" * 1_000_000, Fault.TOO_LONG),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(given: str, fault: Fault) -> None:
    with pytest.raises(AddressError) as refused:
        parse_address(given)
    assert refused.value.fault is fault
    assert "\n" not in refused.value.message
    assert len(refused.value.message) < 300


def test_key_is_the_same_for_two_spellings_and_no_other() -> None:
    key = address_key("Ada@Bücher.example", SALT)
    assert key == address_key("ada@xn--bcher-kva.EXAMPLE", SALT)
    assert key != address_key("ada+x@bücher.example", SALT)
    assert key != address_key("Ada@Bücher.example", b"t" * 32)
    assert len(key) == 64


def test_key_of_letters_is_that_of_both_spellings() -> None:
    assert address_key("AÑDA@example.org", SALT) == address_key("an\u0303da@example.org", SALT)
    assert address_key("anda@example.org", SALT) != address_key("añda@example.org", SALT)
    assert parse_address("añda@example.org").needs_smtputf8
    assert not parse_address("ada@bücher.example").needs_smtputf8


def test_tagged_addresses_share_one_mailbox() -> None:
    tagged = [
        parse_address(one) for one in ("ada@example.org", "Ada+1@example.org", "ada+2@example.org")
    ]
    assert len({mailbox_key(one, SALT) for one in tagged}) == 1
    dotted = [
        parse_address(one) for one in ("a.d.a@gmail.com", "ada@googlemail.com", "ada+x@gmail.com")
    ]
    assert len({mailbox_key(one, SALT) for one in dotted}) == 1
    assert mailbox_key(parse_address("a.da@example.org"), SALT) != mailbox_key(tagged[0], SALT)
    assert parse_address("+@example.org").mailbox == "+@example.org"


def test_owner_reads_the_letters_of_the_domain() -> None:
    assert parse_address("ada@xn--bcher-kva.example").readable == "ada@bücher.example"
    assert Address("ada", "xn--a.example").readable == "ada@xn--a.example"
