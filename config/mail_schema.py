"""Define the settings of mail."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from config.keytypes import (
    DirectoryPath,
    HeaderText,
    Natural,
    OptionalDirectory,
    OptionalFile,
    Port,
    Seconds,
    Strikes,
    Takes,
    Text,
)
from config.section import Section

Security = Annotated[Literal["starttls", "tls", "none"], Takes('"starttls", "tls" or "none"')]
OptionalHost = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9.:_-]*$"), Takes("a host name or an address, or nothing")
]
#: without quoted names and comments, which no mail provider gives out
OptionalAddress = Annotated[
    str,
    Field(
        pattern=r"^([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*)?$",
        max_length=254,
    ),
    Takes("a mail address such as survey@example.org, or nothing"),
]
Label = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_.-]*$"), Takes("letters, digits, dots and hyphens, or nothing")
]
Hosts = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9.:_-]+$")], ...],
    Takes("a list of host names and addresses"),
]
NameServer = Annotated[
    str,
    Field(pattern=r"^(([0-9]{1,3}(\.[0-9]{1,3}){3}|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?)?$"),
    Takes("the address of a name server such as 9.9.9.9 or [::1]:53, or nothing"),
]
Variable = Annotated[
    str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$"), Takes("the name of an environment variable")
]
Steps = Annotated[
    tuple[Annotated[int, Field(ge=1, le=10_000_000)], ...],
    Takes("a list of whole numbers, each 1 or more"),
]
Age = Annotated[int, Field(ge=1, le=365), Takes("a number of days from 1 to 365")]


class MailSettings(Section):
    """How issues are sent by mail. No password stands here: it comes from a file or a variable."""

    host: OptionalHost = Field(
        default="", description="The SMTP server that takes the mails. Empty: no mail is sent."
    )
    port: Port = Field(default=587, description="Its port: mostly 587, or 465 with `tls`.")
    security: Security = Field(
        default="starttls",
        description="`starttls`: encrypted after the greeting. `tls`: encrypted from the start. "
        "`none`: only to a server on this machine.",
    )
    ca_file: OptionalFile = Field(
        default=None,
        description="The certificates that are trusted, as PEM. Empty: those of the system.",
    )
    username: Text = Field(default="", description="The account there. Empty: no log-in.")
    password_file: OptionalFile = Field(
        default=None, description="The file whose first line is the account's password."
    )
    password_variable: Variable = Field(
        default="SMTP_PASSWORD",
        description="The environment variable that holds the password, without a password_file.",
    )
    timeout_seconds: Seconds = Field(
        default=60.0,
        description="Seconds of silence allowed at each step. A mail whose answer does not come "
        "is recorded as uncertain.",
    )
    from_address: OptionalAddress = Field(
        default="", description="The sender's address, on a domain of yours."
    )
    from_name: Text = Field(default="", description="The sender's name. Empty: the survey's title.")
    reply_to: OptionalAddress = Field(
        default="", description="Where answers go. Empty: to the sender."
    )
    bounce_address: OptionalAddress = Field(
        default="",
        description="Where mail servers report what they could not deliver, which "
        "`living-survey mail bounces` reads. Empty: to the sender.",
    )
    unsubscribe_address: OptionalAddress = Field(
        default="",
        description="The address of the mailto: form of List-Unsubscribe, read by the same "
        "command. Empty: the address for bounces.",
    )
    list_id: Label = Field(
        default="",
        description="The list's name for mail programs, such as survey.example.org. Empty: "
        "living-survey and the sender's domain.",
    )
    postal_address: Text = Field(
        default="",
        description="What the law of your country wants below a mail, such as a postal address.",
    )
    sending_hosts: Hosts = Field(
        default=(),
        description="The machines that hand mails to the recipients' servers, for `doctor mail`: "
        "names or public addresses. Empty: `host`.",
    )
    name_server: NameServer = Field(
        default="",
        description="The name server that `doctor mail` asks, such as your domain's own, which "
        "knows a change at once. Empty: those of this machine.",
    )
    dkim_key: OptionalFile = Field(
        default=None,
        description="The private key, as PEM, that signs mails (DKIM). Empty: your mail server "
        "signs.",
    )
    dkim_selector: Label = Field(default="", description="The selector of that key in the DNS.")
    dkim_domain: Label = Field(
        default="", description="The domain of that key. Empty: the sender's domain."
    )
    per_minute: Natural = Field(
        default=600, description="The most mails handed over in a minute. 0: no limit."
    )
    per_day: Natural = Field(
        default=0, description="The most mails handed over in 24 hours. 0: no limit."
    )
    warm_up: Steps = Field(
        default=(),
        description="The most mails on the first, second and further days on which mail is sent, "
        "such as 50, 100, 200; afterwards `per_day`. A new sender is trusted step by step.",
    )
    oldest_days: Age = Field(
        default=10,
        description="An issue whose last day is longer ago is not sent any more, so that nothing "
        "old goes out after a restored backup, a wrong clock or a backfill.",
    )
    attempts: Strikes = Field(
        default=3,
        description="A mail that the server put off in so many calls is not tried again.",
    )
    soft_bounces: Strikes = Field(
        default=5,
        description="An address that so many issues could not reach for the moment gets no more "
        "mail. One that does not exist gets none after the first.",
    )
    journal: DirectoryPath = Field(
        default=Path("var/mail"),
        description="The directory of the receipts. They are kept outside of the database, so "
        "that a restored backup does not make the program forget who has a mail.",
    )
    bounces: OptionalDirectory = Field(
        default=None, description="The Maildir that gets what comes to the bounce address."
    )
    imap_host: OptionalHost = Field(
        default="", description="The IMAP server of the bounce mailbox, over TLS. Empty: none."
    )
    imap_port: Port = Field(default=993, description="Its port.")
    imap_username: Text = Field(default="", description="The account there.")
    imap_password_file: OptionalFile = Field(
        default=None, description="The file whose first line is that account's password."
    )
    imap_password_variable: Variable = Field(
        default="IMAP_PASSWORD",
        description="The environment variable that holds it, without an imap_password_file.",
    )
    imap_folder: HeaderText = Field(default="INBOX", description="The folder there.")
    webhook_secret_file: OptionalFile = Field(
        default=None,
        description="The file whose first line is the secret by which a mail provider may post "
        "bounces and complaints to the public pages. Empty: the variable.",
    )
    webhook_secret_variable: Variable = Field(
        default="MAIL_WEBHOOK_SECRET",
        description="The environment variable that holds it, without a webhook_secret_file. If "
        "neither is there, nothing is taken.",
    )
