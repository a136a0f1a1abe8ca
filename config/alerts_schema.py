"""Define the settings of alarms: who gets them, in which ways, and from when on."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from config.keytypes import Natural, OptionalFile, Seconds, Secret, Takes, base_url
from config.mail_schema import Variable
from config.section import Section


def _words(value: tuple[str, ...]) -> tuple[str, ...]:
    if value and (not value[0].strip() or any("\0" in word for word in value)):
        raise ValueError(value)
    return value


def _webhook_url(value: str) -> str:
    """Check an address that may have a query, because some webhooks have their key there."""
    if value:
        address, _, query = value.partition("?")
        base_url(address.replace("{secret}", "secret"))
        if "#" in query or any(character.isspace() for character in query):
            raise ValueError(value)
    return value


Addresses = Annotated[
    tuple[
        Annotated[
            str,
            Field(
                pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$",
                max_length=254,
            ),
        ],
        ...,
    ],
    Takes("a list of mail addresses such as operator@example.org"),
]
Words = Annotated[
    tuple[str, ...],
    AfterValidator(_words),
    Takes('a program and its arguments as a list of words, such as ["logger", "-t", "survey"]'),
]
WebhookUrl = Annotated[
    str,
    AfterValidator(_webhook_url),
    Takes("an http:// or https:// address without fragment, or nothing"),
    Secret(),
]
Format = Annotated[Literal["json", "slack", "text"], Takes('"json", "slack" or "text"')]
FewDays = Annotated[int, Field(ge=1, le=365), Takes("a number of days from 1 to 365")]


class AlertsSettings(Section):
    """Alarms: who gets them when something is wrong, and from when on it is."""

    mail_to: Addresses = Field(
        default=(),
        description="Who gets alarms by mail, through the SMTP server of [mail]. Empty: no mail.",
    )
    webhook_url: WebhookUrl = Field(
        default="",
        description="The https address that gets alarms as a POST. `{secret}` in it is replaced by "
        "the secret; without it the secret is sent as a bearer token. Empty: none.",
    )
    webhook_format: Format = Field(
        default="json",
        description="What it gets: `json` with every alarm apart, `slack` (also Mattermost and "
        "others that read it), or `text`.",
    )
    webhook_secret_file: OptionalFile = Field(
        default=None, description="The file whose first line is that secret."
    )
    webhook_secret_variable: Variable = Field(
        default="ALERT_WEBHOOK_SECRET",
        description="The environment variable that holds it, without a webhook_secret_file.",
    )
    webhook_seconds: Seconds = Field(
        default=30.0, description="Seconds the webhook, or the heartbeat, may take to answer."
    )
    command: Words = Field(
        default=(),
        description="The program that gets alarms as text on its standard input, and its "
        "arguments. It is started without a shell. Empty: none.",
    )
    command_seconds: Seconds = Field(
        default=30.0, description="Seconds it may take; then it is killed with its children."
    )
    heartbeat_url: WebhookUrl = Field(
        default="",
        description="The https address that is asked (GET) after each `run` that succeeded, at a "
        "service that tells you when this stops. `{secret}` in it is replaced. Empty: none.",
    )
    heartbeat_secret_file: OptionalFile = Field(
        default=None, description="The file whose first line is that secret."
    )
    heartbeat_secret_variable: Variable = Field(
        default="ALERT_HEARTBEAT_SECRET",
        description="The environment variable that holds it, without a heartbeat_secret_file.",
    )
    repeat_days: FewDays = Field(
        default=7, description="Days after which an alarm that still stands is sent again."
    )
    silent_days: FewDays = Field(
        default=3,
        description="Announcement days of arXiv without a new paper from which that is an alarm. "
        "Weekends and holidays are none.",
    )
    queue_weeks: Natural = Field(
        default=8,
        description="Weeks in which the likely papers that wait can be decided; if it takes "
        "longer, that is an alarm. 0: no alarm.",
    )
    delayed_logins: Natural = Field(
        default=20,
        description="Logins that may be delayed within a day because of failures; more are an "
        "alarm. 0: no alarm.",
    )
    papers_a_week: Natural = Field(
        default=0,
        description="Papers that the reviewers mean to decide in a week. 0: as many as they "
        "decided on average in the past weeks.",
    )
    mail_days: FewDays = Field(
        default=3, description="Days after which mails that were not tried yet are an alarm."
    )
    free_gigabytes: Natural = Field(
        default=1,
        description="Free space beside the size of the database below which the disk is full: in "
        "GB.",
    )
    backup_days: Natural = Field(
        default=8,
        description="Days after which the newest dated backup is too old. 0: no alarm, for those "
        "who back up in another way.",
    )
