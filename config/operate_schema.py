"""Define the settings of running unattended: times, backups, logs."""

from pydantic import Field

from config.keytypes import (
    LogFormat,
    LogLevel,
    Natural,
    OptionalDirectory,
    OptionalFile,
    OptionalTimeOfDay,
    Positive,
    Seconds,
    TimeOfDay,
    TimeZone,
)
from config.mail_schema import Variable
from config.section import Section


class ScheduleSettings(Section):
    """When cron, timers and `serve --schedule` run the jobs. arXiv builds its feeds at midnight."""

    daily: TimeOfDay = Field(
        default="00:30", description="When the day's announcements are fetched."
    )
    repair: TimeOfDay = Field(
        default="07:00", description="When missing days and stale feeds are fetched again."
    )
    digest: TimeOfDay = Field(
        default="08:00", description="When, on Mondays, the digest of the week before is built."
    )
    publish: OptionalTimeOfDay = Field(
        default="",
        description="When, on Mondays, `publish` is called; later than the digest. Empty: never.",
    )
    mail: OptionalTimeOfDay = Field(
        default="",
        description="When, each day, `mail send` is called: it sends the last issue, and goes on "
        "with what limits or a mail server put off. Empty: never.",
    )
    alerts: OptionalTimeOfDay = Field(
        default="09:00",
        description="When, each day, `alerts send` is called, beside at the end of each run; later "
        "than the other jobs. Empty: only after runs.",
    )
    backup: OptionalTimeOfDay = Field(
        default="05:30",
        description="When, each day, `backup --rotate` is called. Empty: never.",
    )
    timezone: TimeZone = Field(
        default="America/New_York",
        description="The time zone of these times; daylight saving time is applied.",
    )


class BackupSettings(Section):
    """Where backups are written, and which ones `backup --rotate` keeps."""

    directory: OptionalDirectory = Field(
        default=None,
        description="The directory of backups; another disk survives the loss of this one. Empty: "
        "backups/ beside the database.",
    )
    keep_daily: Positive = Field(
        default=7, description="Number of days whose newest backup is kept."
    )
    keep_weekly: Natural = Field(
        default=4, description="Number of weeks whose newest backup is kept."
    )


class MonitorSettings(Section):
    """Who may read `/metrics` and the details of `/ready`, and how often the numbers are read."""

    token_file: OptionalFile = Field(
        default=None,
        description="The file whose first line is the token that is sent as `Authorization: Bearer "
        "TOKEN`. Without a token requests of this machine are answered, unless a proxy passed "
        "them on.",
    )
    token_variable: Variable = Field(
        default="METRICS_TOKEN",
        description="The environment variable that holds the token, without a token_file.",
    )
    seconds: Seconds = Field(
        default=5.0,
        description="Seconds for which the numbers are kept, whoever asks and how often.",
    )


class LogSettings(Section):
    """What the commands and the service log. Every line of a recorded run has the run's ID."""

    level: LogLevel = Field(
        default="auto",
        description="The least severe level that is logged: debug, info, warning or error. auto: "
        "info for `serve` and where `file` is set, else warning.",
    )
    format: LogFormat = Field(
        default="text",
        description="text (`time level event key=value`), logfmt (`time=... level=... event=...`), "
        "or json for one JSON object per line.",
    )
    file: OptionalFile = Field(
        default=None, description="The file lines are appended to. None: stderr."
    )
