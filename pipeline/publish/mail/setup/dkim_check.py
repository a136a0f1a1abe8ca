"""Check that DNS publishes the public half of the private DKIM key (RFC 6376, 3.6)."""

from collections.abc import Iterator

from config.mail_schema import MailSettings
from pipeline.publish.mail.setup.dkim_key import (
    ADVISED_BITS,
    LEAST_BITS,
    DkimKey,
    DkimKeyError,
    read_key,
)
from pipeline.publish.mail.setup.lookup import Lookup, text_record
from pipeline.publish.mail.setup.tags import parse_tags
from pipeline.runtime.findings import Finding

_MAKE_KEY = (
    f"`openssl genrsa -out dkim.pem {ADVISED_BITS} && chmod 600 dkim.pem` makes a key; name it"
    " under [mail] dkim_key, choose a dkim_selector such as survey, and call `living-survey doctor"
    " mail` again: it prints the record to add."
)


def check_dkim(lookup: Lookup, mail: MailSettings, domain: str) -> Iterator[Finding]:
    """Yield what is wrong with the key and with its record; nothing if mail is signed well.

    Raises:
        DnsFaultError: DNS gives no answer.
    """
    if not mail.dkim_selector or mail.dkim_key is None:
        missing = "dkim_key is" if mail.dkim_selector else "dkim_selector and dkim_key are"
        if not mail.dkim_selector and mail.dkim_key is not None:
            missing = "dkim_selector is"
        yield Finding(
            "DKIM",
            f"[mail] {missing} not set, so mail is not signed here.",
            f"{_MAKE_KEY} Where your SMTP server signs for {domain} itself, nothing is needed.",
            wrong=bool(mail.dkim_selector or mail.dkim_key),
        )
        return
    try:
        key = read_key(mail.dkim_key)
    except DkimKeyError as error:
        yield Finding("DKIM", f"the key file {mail.dkim_key} {error}.", _MAKE_KEY)
        return
    if key.exposed:
        yield Finding(
            "DKIM",
            f"other users of this machine can read {mail.dkim_key}.",
            f"`chmod 600 {mail.dkim_key}`",
        )
    if key.bits < ADVISED_BITS:
        short = key.bits < LEAST_BITS
        said = "receivers refuse it" if short else f"{ADVISED_BITS} are advised"
        yield Finding("DKIM", f"the key has {key.bits} bits: {said}.", _MAKE_KEY, wrong=short)
    yield from _of_record(lookup, f"{mail.dkim_selector}._domainkey.{domain}", key)


def _of_record(lookup: Lookup, name: str, key: DkimKey) -> Iterator[Finding]:
    wanted = f"`{text_record(name, key.record)}`"
    texts = lookup.texts(name)
    if not texts:
        yield Finding("DKIM", f"there is no key at {name}.", f"Add {wanted}")
        return
    if len(texts) > 1:
        yield Finding(
            "DKIM",
            f"{name} has {len(texts)} TXT records, so receivers may read the wrong one.",
            f"Keep only {wanted}",
        )
        return
    tags = parse_tags(texts[0])
    fault = "cannot be read" if tags is None else _fault(tags, key)
    if fault:
        yield Finding("DKIM", f"the record at {name} {fault}.", f"Replace it by {wanted}")


def _fault(tags: dict[str, str], key: DkimKey) -> str:
    public = "".join(tags.get("p", "").split())
    hashes = tags.get("h")
    services = tags.get("s", "*").replace(" ", "").split(":")
    if tags.get("v", "DKIM1") != "DKIM1" or ("v" in tags and next(iter(tags)) != "v"):
        return "does not begin with v=DKIM1"
    if "p" not in tags:
        return "holds no key (no p=)"
    if not public:
        return "says that the key is revoked (p= is empty)"
    if tags.get("k", "rsa") != "rsa":
        return f"says that the key is of the kind {tags['k']:.20}, not rsa"
    if public != key.public:
        return "holds another key than dkim_key"
    if hashes is not None and "sha256" not in hashes.replace(" ", "").split(":"):
        return "does not allow sha256 (h=)"
    if "*" not in services and "email" not in services:
        return "is not for mail (s=)"
    if "y" in tags.get("t", "").replace(" ", "").split(":"):
        return "says that the domain only tests DKIM (t=y), so signatures may not count"
    return ""
