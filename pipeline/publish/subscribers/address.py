"""Check and normalise mail addresses (RFC 5321, section 4.1.2, without quoted names and literals).

Letters outside of ASCII before the @ (RFC 6531) are kept as Unicode's NFC; a mail goes to them if
the server offers SMTPUTF8. Domains may have any letters (RFC 5891) and are kept as servers know
them (`xn--...`). Quoted names and addresses of machines are refused.
"""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

import idna

from config.errors import UsageError
from config.visible import shortened, visible

#: octets (RFC 5321, 4.5.3.1; erratum 1690 of RFC 3696)
LONGEST = 254
_LONGEST_LOCAL = 64
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_LOCAL = re.compile(rf"{_ATOM}+(?:\.{_ATOM}+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
#: where dots in the name are ignored and another domain has the same mailboxes
_GOOGLE = frozenset({"gmail.com", "googlemail.com"})


class Fault(StrEnum):
    """What is wrong with a text that was given as an address."""

    EMPTY = "There is no address."
    TOO_LONG = "An address has at most 254 characters, 64 of them before the @."
    NO_AT = "An address has one @, with a name before it and a domain after it."
    CHARACTERS = "The part before the @ has characters that not every mail server takes."
    LETTERS = "The part before the @ has a sign that is no letter, mark or digit of a script."
    DOMAIN = "The domain after the @ is not one."


class AddressError(UsageError):
    """A text is not an address that mail can be sent to."""

    def __init__(self, given: str, fault: Fault) -> None:
        self.fault = fault
        super().__init__(
            f"{shortened(visible(given), 80)!r} is not a mail address: {fault.value}",
            hint="Write it like ada@example.org.",
        )


@dataclass(frozen=True, slots=True)
class Address:
    """An address as it is stored and sent to."""

    local: str
    #: in lower case, with `xn--` labels
    domain: str

    def __str__(self) -> str:
        """Return the address for an envelope or a header."""
        return f"{self.local}@{self.domain}"

    @property
    def needs_smtputf8(self) -> bool:
        """Whether only servers with SMTPUTF8 (RFC 6531) take mail for it."""
        return not self.local.isascii()

    @property
    def readable(self) -> str:
        """The address with the letters of its domain, for its owner's eyes."""
        try:
            return f"{self.local}@{idna.decode(self.domain)}"
        except idna.IDNAError:
            return str(self)

    @property
    def normal(self) -> str:
        """What two spellings of one address have in common: case does not count."""
        return f"{self.local.lower()}@{self.domain}"

    @property
    def mailbox(self) -> str:
        """What addresses with different tags (`ada+news@`) have in common, for limits only."""
        local = self.local.lower().partition("+")[0] or self.local.lower()
        if self.domain in _GOOGLE:
            return f"{local.replace('.', '')}@gmail.com"
        return f"{local}@{self.domain}"


def parse_address(given: str) -> Address:
    """Return an address, or raise AddressError."""
    text = given.strip(" \t\r\n")
    if not text:
        raise AddressError(given, Fault.EMPTY)
    if len(text) > LONGEST:
        raise AddressError(given, Fault.TOO_LONG)
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain or "@" in local:
        raise AddressError(given, Fault.NO_AT)
    local = unicodedata.normalize("NFC", local)
    if not _LOCAL.fullmatch("".join("x" if _is_letter(one) else one for one in local)):
        strange = local.isprintable() and not local.isascii()
        raise AddressError(given, Fault.LETTERS if strange else Fault.CHARACTERS)
    address = Address(local, _domain(given, domain))
    if len(local.encode()) > _LONGEST_LOCAL or len(str(address).encode()) > LONGEST:
        raise AddressError(given, Fault.TOO_LONG)
    return address


def address_key(address: Address | str, salt: bytes) -> str:
    """Return the salted hash by which an address is recognised after it was erased.

    Raises:
        AddressError: a text is no address.
    """
    known = parse_address(address) if isinstance(address, str) else address
    return _keyed(known.normal, salt)


def mailbox_key(address: Address, salt: bytes) -> str:
    """Return the salted hash of the mailbox that tagged addresses share."""
    return _keyed(f"mailbox:{address.mailbox}", salt)


def domain_key(address: Address, salt: bytes) -> str:
    """Return the salted hash of the domain whose servers get a mail."""
    return _keyed(f"domain:{address.mailbox.rpartition('@')[2]}", salt)


def network_key(network: str, salt: bytes) -> str:
    """Return the salted hash of a network."""
    return _keyed(f"network:{network}", salt)


def _is_letter(character: str) -> bool:
    """Return whether a character above ASCII may stand before the @: a letter, mark or digit."""
    if character.isascii() or visible(character) != character:
        return False
    return unicodedata.category(character)[0] in "LMN"


def _keyed(text: str, salt: bytes) -> str:
    return hmac.new(salt, text.encode(), hashlib.sha256).hexdigest()


def _domain(given: str, domain: str) -> str:
    if domain.isascii():
        known = domain.lower()
    else:
        try:
            # uts46: capitals and wide forms, as browsers read them
            known = idna.encode(domain, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise AddressError(given, Fault.DOMAIN) from None
    labels = known.split(".")
    if any(label[2:4] == "--" for label in labels) and not _is_idna(known):
        raise AddressError(given, Fault.DOMAIN)
    if (
        len(labels) < 2
        or any(len(label) > 63 or not _LABEL.fullmatch(label) for label in labels)
        or labels[-1].isdigit()
    ):
        raise AddressError(given, Fault.DOMAIN)
    return known


def _is_idna(domain: str) -> bool:
    """Return whether every `xn--` label is the only spelling of letters that a domain may have."""
    try:
        return idna.encode(idna.decode(domain)).decode("ascii") == domain
    except (idna.IDNAError, UnicodeError):
        return False
