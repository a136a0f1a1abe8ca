"""Print the jobs as systemd timers and services, and the review pages as a service.

Quoting follows systemd.syntax(7), systemd.service(5) and systemd.unit(5): `%` begins a specifier
everywhere, `$` a variable in the words after the program, and quoted words take C escapes.
"""

from collections.abc import Iterator
from textwrap import dedent

from config.errors import UsageError
from pipeline.operate.schedule import Job
from pipeline.operate.units.files import UnitFile
from pipeline.operate.units.installation import SECRETS_FILE, Installation

#: so that surveys of many machines do not ask arXiv in the same second
_RANDOM_SECONDS = 120
#: characters that the path of a program must not have, whatever the quotes
_REFUSED = frozenset("$\"'\\")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def systemd_units(installation: Installation) -> tuple[UnitFile, ...]:
    """Return two files for each job, and the service of the review pages."""
    return (
        *(unit for job in installation.jobs for unit in _job_units(installation, job)),
        UnitFile("living-survey-review.service", _review(installation)),
    )


def on_calendar(job: Job, timezone: str) -> str:
    """Return the times of a job as systemd.time(7) writes them."""
    days = ",".join(_DAYS[day - 1] for day in job.weekdays)
    return f"{days} *-*-* {job.at:%H:%M}:00 {timezone}".strip()


def _job_units(installation: Installation, job: Job) -> Iterator[UnitFile]:
    name = f"living-survey-{job.slug}"
    yield UnitFile(
        f"{name}.service",
        dedent(f"""\
            [Unit]
            Description=Living Survey: {job.name}
            Wants=network-online.target
            After=network-online.target

            [Service]
            Type=oneshot
            # 75: try again later. The next call goes on where this one stopped.
            SuccessExitStatus=75
            """)
        + _service(installation, job.argv),
    )
    yield UnitFile(
        f"{name}.timer",
        dedent(f"""\
            [Unit]
            Description=Living Survey: times of the {job.name}

            [Timer]
            OnCalendar={on_calendar(job, installation.schedule.timezone)}
            # A time that passed while the machine was off is made up for.
            Persistent=true
            RandomizedDelaySec={_RANDOM_SECONDS}

            [Install]
            WantedBy=timers.target
            """),
    )


def _review(installation: Installation) -> str:
    return (
        dedent("""\
            [Unit]
            Description=Living Survey: review pages
            After=network.target

            [Service]
            Type=exec
            Restart=on-failure
            RestartSec=10
            """)
        + _service(installation, ("serve",))
        + dedent("""
            [Install]
            WantedBy=multi-user.target
            """)
    )


def _service(installation: Installation, argv: tuple[str, ...]) -> str:
    optional = "" if installation.secrets else "-"
    lines = [
        f"User={_plain(installation.user)}",
        f"WorkingDirectory={_plain(str(installation.root))}",
        *(
            f"Environment={_quoted(f'{name}={text}')}"
            for name, text in installation.variables.items()
        ),
        f"EnvironmentFile={optional}{_plain(str(installation.root / SECRETS_FILE))}",
        f"ExecStart={_command_line(installation.call(*argv))}",
        # A command ends within seconds of SIGTERM; what it has stored stays.
        "TimeoutStopSec=60",
        "NoNewPrivileges=true",
    ]
    return "\n".join(lines) + "\n"


def _command_line(words: tuple[str, ...]) -> str:
    """Return the words quoted; a program whose path systemd refuses is called by `env`."""
    if not _REFUSED.isdisjoint(words[0]):
        words = ("/usr/bin/env", *words)
    program, *rest = words
    return " ".join([_quoted(program), *(_quoted(word.replace("$", "$$")) for word in rest)])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    plain = all(character.isalnum() or character in "/._-=:+," for character in text)
    return text if plain and text else f'"{escaped}"'


def _plain(text: str) -> str:
    """Escape a value that is read to the end of its line, without quotes."""
    if text != text.strip() or text.endswith("\\"):
        raise UsageError(
            f"{text!r} begins or ends with a blank or ends with a backslash, which systemd drops.",
            hint="Rename it.",
        )
    return text.replace("%", "%%")
