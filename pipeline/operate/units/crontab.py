"""Print the jobs as lines of a crontab.

cronie (Fedora, Arch and others) reads times in the zone of CRON_TZ. Debian's and Ubuntu's cron
ignores that line, so times can be converted to the machine's zone instead.
"""

import shlex
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from config.errors import UsageError
from pipeline.operate.schedule import Job
from pipeline.operate.units.installation import SECRETS_FILE, Installation
from pipeline.operate.units.zones import LocalTime, cron_fields, local_time

#: characters of a command that cron takes; longer ones are cut or refused
_LONGEST = 990


def crontab(installation: Installation, *, zone: ZoneInfo | None, now: datetime) -> str:
    """Return the lines.

    Args:
        installation: of the survey.
        zone: the machine's, whose times are printed; None: CRON_TZ names the schedule's.
        now: for the offsets between the two zones in the year to come.
    """
    named = installation.schedule.timezone
    head = [
        "# Living Survey: paste into `crontab -e`. cron mails you what a command says on stderr.",
        "# Exit status 75 is no fault: the next call goes on. Two calls at once do no harm.",
    ]
    if zone is None:
        head += [
            "# Debian's and Ubuntu's cron ignores CRON_TZ: print the lines there with --zone ZONE.",
            f"CRON_TZ={named}",
        ]
    else:
        head.append(f"# Times are those of {zone.key}, never earlier than meant in {named}.")
    lines = []
    for job in installation.jobs:
        at = local_time(job, ZoneInfo(named), zone or ZoneInfo(named), now)
        lines.append(f"{cron_fields(at)}  {_command(installation, job)}")
    return "\n".join([*head, *lines]) + "\n"


def cron_lines(installation: Installation) -> Iterator[str]:
    """Yield the lines without comments, for the end of `start`."""
    zone = ZoneInfo(installation.schedule.timezone)
    yield f"CRON_TZ={zone.key}"
    for job in installation.jobs:
        at = LocalTime(job.at, job.weekdays)
        yield f"{cron_fields(at)}  {_command(installation, job)}"


def _command(installation: Installation, job: Job) -> str:
    """Return the command of a line; a percent sign ends it in a crontab and is escaped.

    So is a backslash: cron takes two for one, and then the percent sign behind them for the end.
    """
    secrets = f" && set -a && . ./{SECRETS_FILE} && set +a" if installation.secrets else ""
    settings = [f"{name}={shlex.quote(text)}" for name, text in installation.variables.items()]
    call = " ".join([*settings, shlex.join(installation.call(*job.argv))])
    command = f"cd {shlex.quote(str(installation.root))}{secrets} && {call}"
    if len(command) > _LONGEST:
        raise UsageError(
            f"The crontab line of the {job.name} has {len(command)} characters; cron takes"
            f" {_LONGEST}.",
            hint="Set the LIVING_SURVEY_ variables in living-survey.toml instead.",
        )
    return command.replace("\\", "\\\\").replace("%", r"\%")
