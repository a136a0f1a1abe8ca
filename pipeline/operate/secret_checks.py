"""Check that other users cannot read the files with passwords, tokens and keys."""

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from config.schema import SECTIONS, Settings
from config.secret import SECRET_ENDS
from pipeline.runtime.findings import Finding
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services

#: made beside the database, by what could be done with each
_OWN: Mapping[str, str] = {
    ".review-key": "signs the sessions of reviewers",
    ".subscriber-key": "opens the pages of every subscriber",
}


def checks(services: Services) -> Iterator[Finding]:
    """Yield secret files that others can read or that are missing, and readers' addresses.

    Raises:
        LivingSurveyError: the database cannot be read.
    """
    for name, path in secret_files(services.settings).items():
        yield from _named(name, path)
    database = services.settings.database.path
    for suffix, does in _OWN.items():
        path = database.with_name(database.name + suffix)
        if _mode(path):
            yield _exposed(path, f"which {does}")
    if database.exists() and database.stat().st_mode & stat.S_IROTH:
        with services.open_store() as store:
            people = sum(store.subscribers.counts().values())
            accounts = len(store.passwords.changed())
        held = [f"the addresses of {counted(people, 'subscriber')}"] if people else []
        if accounts:
            held.append(f"what guesses at the passwords of {counted(accounts, 'account')} need")
        if held:
            yield Finding(
                "secrets",
                f"every user of this machine can read {database}, which holds"
                f" {' and '.join(held)}.",
                f"`chmod 600 {database}`, unless that is meant.",
                wrong=False,
            )


def secret_files(settings: Settings) -> dict[str, Path]:
    """Return the files with a secret that the settings name, by setting."""
    return {
        f"[{section}] {field}": value
        for section, kind in SECTIONS.items()
        for field in kind.model_fields
        if field.endswith(SECRET_ENDS)
        and isinstance(value := getattr(getattr(settings, section), field), Path)
    }


def _named(name: str, path: Path) -> Iterator[Finding]:
    try:
        found = path.stat()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        yield Finding(
            "secrets",
            f"{name} names {path}, which cannot be read: {reason}.",
            "Write the secret into its first line and `chmod 600` it, or correct the setting.",
        )
        return
    if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield _exposed(path, f"the file of {name}")


def _mode(path: Path) -> int:
    """Return what others may do with a file; 0 if there is none."""
    try:
        return path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    except OSError:
        return 0


def _exposed(path: Path, what: str) -> Finding:
    return Finding(
        "secrets",
        f"other users of this machine can read or write {path}, {what}.",
        f"`chmod 600 {path}`; if somebody may have read it, make a new one.",
    )
