"""Read from the settings and the environment which server takes the mails, and for whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.errors import ConfigError
from config.mail_schema import MailSettings
from config.secret import secret_of
from pipeline.publish.mail.transport import Server


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, as mail programs and servers see it."""

    address: str
    name: str
    #: empty: the address
    reply_to: str
    #: of the envelope: gets reports of mails that could not be delivered
    bounces: str
    #: of the mailto: form of List-Unsubscribe
    unsubscribe: str
    list_id: str
    postal_address: str

    @property
    def domain(self) -> str:
        """The domain of the address."""
        return self.address.partition("@")[2]


def sender_of(mail: MailSettings, survey_title: str) -> Sender:
    """Return who sends.

    Raises:
        ConfigError: no sender is set.
    """
    if not mail.from_address:
        raise ConfigError(
            "[mail] from_address is empty, so mails would have no sender.",
            hint="Set it to an address on a domain of yours.",
        )
    bounces = mail.bounce_address or mail.from_address
    domain = mail.from_address.partition("@")[2]
    return Sender(
        address=mail.from_address,
        name=mail.from_name or survey_title,
        reply_to=mail.reply_to,
        bounces=bounces,
        unsubscribe=mail.unsubscribe_address or bounces,
        list_id=mail.list_id or f"living-survey.{domain}",
        postal_address=mail.postal_address,
    )


def server_of(mail: MailSettings, environment: Mapping[str, str]) -> Server:
    """Return the SMTP server with the account's password.

    Raises:
        ConfigError: no server is set, or its account has no password.
    """
    if not mail.host:
        raise ConfigError(
            "[mail] host is empty, so no mail can be sent.",
            hint="Set it to the SMTP server of your provider; docs/guides/mail.md shows how.",
        )
    return Server(
        host=mail.host,
        port=mail.port,
        security=mail.security,
        username=mail.username,
        password=password_of(
            mail.username, mail.password_file, mail.password_variable, environment, "[mail]"
        ),
        timeout_seconds=mail.timeout_seconds,
        ca_file=mail.ca_file,
        greeting=mail.from_address.partition("@")[2] or "localhost",
    )


def password_of(
    account: str, file: Path | None, variable: str, environment: Mapping[str, str], where: str
) -> str:
    """Return the password of an account, from the first line of a file or a variable.

    Raises:
        ConfigError: the account has none, or the file cannot be read.
    """
    if not account:
        return ""
    found = secret_of(file, variable, environment, f"The password file of {where},")
    if not found:
        place = f"the first line of {file}" if file else f"the environment variable {variable}"
        raise ConfigError(
            f"The account {account} of {where} has no password.", hint=f"Write it to {place}."
        )
    return found
