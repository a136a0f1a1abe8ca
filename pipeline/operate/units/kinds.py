"""Every kind of units by name."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from pipeline.operate.units.compose import compose
from pipeline.operate.units.crontab import crontab
from pipeline.operate.units.files import UnitFile
from pipeline.operate.units.github import workflow
from pipeline.operate.units.installation import Installation
from pipeline.operate.units.systemd import systemd_units


class Kind(StrEnum):
    """What runs the jobs."""

    CRON = "cron"
    SYSTEMD = "systemd"
    GITHUB_ACTIONS = "github-actions"
    DOCKER_COMPOSE = "docker-compose"


def units(
    kind: Kind, installation: Installation, *, zone: ZoneInfo | None, now: datetime
) -> tuple[UnitFile, ...]:
    """Return the files of a kind.

    Args:
        kind: what runs the jobs.
        installation: of the survey.
        zone: of the machine's cron, if it does not read CRON_TZ; of cron only.
        now: for the offsets between zones in the year to come.
    """
    match kind:
        case Kind.CRON:
            text = crontab(installation, zone=zone, now=now)
            return (UnitFile("living-survey.crontab", text),)
        case Kind.SYSTEMD:
            return systemd_units(installation)
        case Kind.GITHUB_ACTIONS:
            return workflow(installation, now=now)
        case Kind.DOCKER_COMPOSE:
            return compose(installation)
