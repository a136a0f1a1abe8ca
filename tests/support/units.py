"""Read printed units as cron, systemd and a shell do."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

#: a program that prints how it was called; the caller's environment decides which variables
PROGRAM = """#!/usr/bin/env python3
import json, os, sys
environment = dict(os.environ)
print(json.dumps({"words": sys.argv[1:], "directory": os.getcwd(), "environment": environment}))
"""
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "'": "'"}


@dataclass(frozen=True)
class Called:
    """How a program was called."""

    words: tuple[str, ...]
    directory: str
    environment: Mapping[str, str]


def make_program(path: Path) -> Path:
    """Write an executable that prints how it was called."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PROGRAM, encoding="utf-8")
    path.chmod(0o755)
    return path


def called(output: str) -> Called:
    """Return what the program printed."""
    found = json.loads(output)
    return Called(tuple(found["words"]), found["directory"], found["environment"])


def shell(command: str, environment: Mapping[str, str] | None = None) -> str:
    """Run a command as cron does, by /bin/sh in the root directory."""
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "HOME": "/", **(environment or {})},
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    return done.stdout


@dataclass(frozen=True)
class CronEntry:
    """One line of a crontab."""

    fields: tuple[str, ...]
    command: str


def parse_crontab(text: str) -> tuple[dict[str, str], list[CronEntry]]:
    """Return variables and entries of a crontab, as crontab(5) defines them."""
    variables, entries = {}, []
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        name, equals, value = stripped.partition("=")
        if equals and name.strip().isidentifier():
            variables[name.strip()] = value.strip()
            continue
        words = stripped.split(None, 5)
        entries.append(CronEntry(tuple(words[:5]), _until_percent(words[5])))
    return variables, entries


def _until_percent(command: str) -> str:
    r"""Return what cron passes to the shell: up to the first plain `%`.

    Vixie's cron and cronie read `\%` as `%` and `\\` as one backslash; others stay as they are.
    """
    kept, escaped = "", False
    for character in command:
        if escaped:
            kept += character if character in "%\\" else f"\\{character}"
            escaped = False
        elif character == "%":
            return kept
        elif character == "\\":
            escaped = True
        else:
            kept += character
    return kept + ("\\" if escaped else "")


def parse_unit(text: str) -> dict[tuple[str, str], list[str]]:
    """Return the values of a systemd unit by section and key."""
    found: dict[tuple[str, str], list[str]] = {}
    section = ""
    for line in text.splitlines():
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif line.strip() and line[0] not in "#;":
            key, _, value = line.partition("=")
            found.setdefault((section, key), []).append(value)
    return found


def unit_words(value: str, *, variables: bool) -> list[str]:
    """Split a value of systemd into words, as systemd.syntax(7) and systemd.service(5) define."""
    words: list[str] = []
    word, started, quote = "", False, ""
    characters = iter(value)
    for character in characters:
        if character == "\\":
            word += _ESCAPES[next(characters)]
        elif quote:
            if character == quote:
                quote = ""
            else:
                word += character
        elif character in "'\"":
            quote, started = character, True
        elif character.isspace():
            if word or started:
                words.append(word)
            word, started = "", False
        else:
            word += character
    assert not quote, value
    words += [word] if word or started else []
    return [_expanded(each, variables=variables and place > 0) for place, each in enumerate(words)]


def _expanded(word: str, *, variables: bool) -> str:
    """Replace `%%` and `$$`; another specifier or variable would be a fault of the unit."""
    for sign in ("%", "$") if variables else ("%",):
        rest = word.replace(sign * 2, "")
        assert sign not in rest, word
        word = word.replace(sign * 2, sign)
    return word


def plain_value(value: str) -> str:
    """Return a value that systemd reads to the end of the line."""
    return _expanded(value, variables=False)
