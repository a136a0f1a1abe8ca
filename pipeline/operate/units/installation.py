"""What units need to know of this installation: the command, the paths, the environment."""

import getpass
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from config.errors import UsageError
from config.operate_schema import ScheduleSettings
from config.processes import own_command
from config.schema import SECTIONS, Settings
from config.section import Section
from config.settings import ENV_PREFIX, env_name
from pipeline.operate.backups import backup_directory
from pipeline.operate.schedule import Job, jobs
from storage.engine.paths import own_paths

#: a file of variables that hold secrets, in the directory of the settings
SECRETS_FILE = "living-survey.env"
#: a fixed clock and the settings file: units name the file, and their clock is the machine's
_LEFT_OUT = frozenset({f"{ENV_PREFIX}NOW", f"{ENV_PREFIX}CONFIG"})
#: addresses that whoever knows them can use, and a program whose arguments can be a secret
_ADDRESSES = frozenset(
    env_name("alerts", key) for key in ("webhook_url", "heartbeat_url", "command")
)
#: ends of names beside the database that only matter while a command runs
_NO_STATE = ("-lock", ".lock", ".tmp", ".restoring", ".restoring.wal")


@dataclass(frozen=True, slots=True)
class Installation:
    """One survey on this machine."""

    #: starts `living-survey`, with absolute paths
    command: tuple[str, ...]
    #: the directory of the settings
    root: Path
    #: the settings file; None: defaults and environment only
    config: Path | None
    #: the settings of the environment, without secrets
    variables: Mapping[str, str]
    #: names of variables that hold secrets, which `SECRETS_FILE` is to set
    secrets: tuple[str, ...]
    user: str
    schedule: ScheduleSettings
    jobs: tuple[Job, ...]
    #: directories and files of the settings that commands write to or read, absolute
    paths: tuple[Path, ...]
    database: Path
    #: the directory of dated backups
    backups: Path
    #: files and directories in which the survey keeps what no commit has
    state: tuple[Path, ...]
    #: of the review pages
    port: int
    #: the product's source, with its Containerfile; None: it was installed from a wheel
    source: Path | None

    @property
    def options(self) -> tuple[str, ...]:
        """What names the settings to every command."""
        return ("--config", str(self.config)) if self.config else ()

    def call(self, *words: str) -> tuple[str, ...]:
        """Return the words of a command of this survey."""
        return (*self.command, *words, *self.options)


def installation_of(settings: Settings, environment: Mapping[str, str]) -> Installation:
    """Return what units need to know.

    Args:
        settings: of the survey.
        environment: of this call.

    Raises:
        UsageError: a path or a value has a line break or another control character.
    """
    source = Path(__file__).resolve().parents[3]
    found = Installation(
        command=_command(),
        root=settings.root,
        config=settings.file or None,
        variables={
            name: text
            for name, text in sorted(settings.variables.items())
            if name not in {*_LEFT_OUT, *_ADDRESSES}
        },
        secrets=tuple(sorted({*_passwords(settings, environment), *_addresses(settings)})),
        user=getpass.getuser(),
        schedule=settings.schedule,
        jobs=jobs(settings.schedule),
        paths=_paths(settings),
        database=settings.database.path,
        backups=backup_directory(settings),
        state=_state(settings),
        port=settings.review.port,
        source=source if (source / "Containerfile").is_file() else None,
    )
    _check_plain(found)
    return found


def _command() -> tuple[str, ...]:
    installed = Path(sys.executable).with_name("living-survey")
    return (str(installed),) if installed.exists() else own_command()


def _passwords(settings: Settings, environment: Mapping[str, str]) -> list[str]:
    """Return the variables of passwords that are set, or that sending needs."""
    mail, alerts = settings.mail, settings.alerts
    named = (
        (alerts.webhook_secret_variable, alerts.webhook_secret_file),
        (alerts.heartbeat_secret_variable, alerts.heartbeat_secret_file),
        (mail.password_variable, mail.password_file),
        (mail.imap_password_variable, mail.imap_password_file),
    )
    return [variable for variable, file in named if file is None and variable in environment]


def _addresses(settings: Settings) -> list[str]:
    """Return the variables of addresses and programs that are, or can hold, secrets."""
    return [name for name in settings.variables if name in _ADDRESSES]


def _paths(settings: Settings) -> tuple[Path, ...]:
    """Return every path that the settings name; of files that are written their directories."""
    found = {each for name in SECTIONS for each in _paths_in(getattr(settings, name))}
    written = {settings.database.path, settings.log.file, settings.arxiv.limiter}
    return tuple(sorted({path.parent if path in written else path for path in found}))


def _paths_in(section: Section) -> Iterator[Path]:
    for key in type(section).model_fields:
        value = getattr(section, key)
        several = value if isinstance(value, tuple) else (value,)
        yield from (each for each in several if isinstance(each, Path))


def _state(settings: Settings) -> tuple[Path, ...]:
    beside = own_paths(settings.database.path)
    return (
        *(path for path in beside if not path.name.endswith(_NO_STATE)),
        settings.arxiv.archive,
        settings.classifier.models,
        settings.classifier.reports,
        settings.mail.journal,
    )


def _check_plain(installation: Installation) -> None:
    """Refuse what no unit can hold: a line break would begin another line of a crontab."""
    texts = {
        "the command": " ".join(installation.command),
        "the directory": str(installation.root),
        "the settings file": str(installation.config or ""),
        "the name of the user": installation.user,
        **installation.variables,
    }
    for what, text in texts.items():
        if not text.isprintable():
            raise UsageError(
                f"{what} has a line break or another control character: {text!r}.",
                hint="No unit can hold it. Rename it, or set the value in living-survey.toml.",
            )
