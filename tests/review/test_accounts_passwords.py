"""Which passwords may be set."""

import pytest

from pipeline.review.accounts import hashing
from pipeline.review.accounts.hashing import Hasher
from pipeline.review.accounts.passwords import LONGEST, PasswordError, check_password
from tests.support.accounts import PASSWORD, QUICK

NAMES = ("ada lovelace", "Talking Pictures: A Survey")


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "correct horse battery staple",
        "seven otters juggle " * 6,
        "kein ß, aber ein Öltanker",
        "三只水獭在月球上打乒乓球呢",
        "\N{OTTER} \N{CROISSANT} \N{GHOST} \N{CACTUS} \N{SNAIL} \N{STEAMING BOWL}!",
        "  spaces count  also  here ",
        "zk7#" * 2 + "Vw" * 2 + "QpLmX1y9",
    ],
)
def test_long_passwords_of_any_characters_are_allowed(password: str) -> None:
    check_password(password, NAMES)
    hasher = Hasher(QUICK)
    assert hasher.fits(hasher.hash(password), password)
    assert not hasher.fits(hasher.hash(password), password[:-1])


@pytest.mark.parametrize("length", [64, 127, LONGEST])
def test_every_character_of_a_long_password_counts(length: int) -> None:
    password = ("Rk4!" + PASSWORD) * 40
    hasher = Hasher(QUICK)
    check_password(password[:length], NAMES)
    hash_ = hasher.hash(password[:length])
    assert hasher.fits(hash_, password[:length])
    assert not hasher.fits(hash_, password[: length - 1] + "~")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "shorter than 12"),
        ("short one!!", "shorter than 12"),
        ("x" * (LONGEST + 1), "longer than 128"),
        ("a\ud800 broken password", "not valid text"),
        *(
            (password, "guessed first")
            for password in (
                "passwordpassword",
                "password12345",
                "P@ssw0rd1234",
                "qwertyuiop[]",
                "1qaz2wsx3edc",
                "123456789012345",
                "abcabcabcabcabc",
                "iloveyou2020!",
                "a" * 128,
                "Talking Pictures",
                "lovelace ada1",
                "ada lovelace",
            )
        ),
    ],
)
def test_passwords_guessed_first_are_refused_with_a_remedy(password: str, reason: str) -> None:
    with pytest.raises(PasswordError, match=reason) as refused:
        check_password(password, NAMES)
    assert refused.value.hint
    assert len(password) < 12 or password not in str(refused.value)


def test_long_password_is_refused_in_linear_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unicode puts marks in order in a time that grows with the square of their number."""
    hasher, read = Hasher(QUICK), list[int]()
    hash_ = hasher.hash(PASSWORD)

    def normalize(text: str) -> str:
        read.append(len(text))
        return text

    monkeypatch.setattr(hashing, "normalize", normalize)
    before, marks = hasher.calls, "\u0301\u0323" * 16_000
    assert not hasher.fits(hash_, marks)
    assert not hasher.fits(hash_, PASSWORD + " " * hashing.READ)
    with pytest.raises(PasswordError, match="longer than 128"):
        check_password(marks)
    assert max(read) <= hashing.READ
    assert hasher.calls - before == 2  # as much work as for any other
