"""Read the private DKIM key and derive what DNS must publish of it."""

import base64
import stat
from dataclasses import dataclass
from pathlib import Path

from dkim.asn1 import ASN1FormatError
from dkim.crypto import UnparsableKeyError, parse_pem_private_key

from config.files import open_regular

#: bits below which receivers refuse a signature, and what is advised (RFC 8301, 3.2)
LEAST_BITS, ADVISED_BITS = 1024, 2048
#: bytes of a key file that are read
_MOST = 20_000
_SEQUENCE, _INTEGER, _BIT_STRING = 0x30, 0x02, 0x03
#: the algorithm rsaEncryption with its NULL parameters, in DER (RFC 8017, A.1)
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")


class DkimKeyError(ValueError):
    """The file holds no usable private key; the text completes "the key file ..."."""


@dataclass(frozen=True, slots=True)
class DkimKey:
    """What the private key says of itself."""

    bits: int
    #: the public key as the `p` of the record: base64 of SubjectPublicKeyInfo
    public: str
    #: users other than the owner may read the file
    exposed: bool

    @property
    def record(self) -> str:
        """The text of the DNS record."""
        return f"v=DKIM1; k=rsa; p={self.public}"


def read_key(path: Path) -> DkimKey:
    """Read a private RSA key in PEM form (PKCS#1 or PKCS#8).

    Raises:
        DkimKeyError: it cannot be read or is none.
    """
    try:
        with open_regular(path) as file:
            data = file.read(_MOST)
            mode = path.stat().st_mode
    except OSError as error:
        raise DkimKeyError(f"cannot be read: {error.strerror or error}") from error
    try:
        key = parse_pem_private_key(data)
        modulus, exponent = int(key["modulus"]), int(key["publicExponent"])
    except (UnparsableKeyError, ASN1FormatError, ValueError, KeyError, IndexError, TypeError) as e:
        raise DkimKeyError("holds no private RSA key in PEM form without a passphrase") from e
    return DkimKey(
        bits=modulus.bit_length(),
        public=base64.b64encode(_public_info(modulus, exponent)).decode("ascii"),
        exposed=bool(mode & (stat.S_IRWXG | stat.S_IRWXO)),
    )


def _public_info(modulus: int, exponent: int) -> bytes:
    """Return the DER form of a public key (RFC 5280, 4.1.2.7 and RFC 8017, A.1.1)."""
    numbers = _der(_INTEGER, _signed(modulus)) + _der(_INTEGER, _signed(exponent))
    return _der(_SEQUENCE, _RSA + _der(_BIT_STRING, b"\0" + _der(_SEQUENCE, numbers)))


def _signed(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
