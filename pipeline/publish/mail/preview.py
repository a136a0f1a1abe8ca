"""Make one mail for no subscriber: to look at, or to be sent to one address as a test.

It is made by the same functions as every mail of the mailing, and differs from them only in the
recipient and the token, which belongs to no subscriber.
"""

from dataclasses import dataclass

from pipeline.publish.mail.editions import issues_if, standing
from pipeline.publish.mail.journal import read_journal
from pipeline.publish.mail.letter import MOST_BYTES, Reader
from pipeline.publish.mail.mailing import Asked
from pipeline.publish.mail.opening import TEST_ID
from pipeline.publish.mail.post import Composer, Post
from pipeline.publish.mail.send import composer_of, issues_of
from pipeline.publish.mail.transport import Answer
from pipeline.runtime.services import Services


@dataclass(frozen=True, slots=True)
class Preview:
    """One mail, as bytes and as its parts."""

    name: str
    subject: str
    message: bytes
    html: str
    text: str
    papers: tuple[str, ...]
    left_out: int

    @property
    def size_line(self) -> str:
        """Return how long it is, and what it has."""
        left = f", {self.left_out:,} left out and linked" if self.left_out else ""
        return f"{len(self.message):,} of {MOST_BYTES:,} bytes; {len(self.papers):,} papers{left}"


def preview(
    services: Services,
    post: Post,
    asked: Asked,
    reader: Reader,
    address: str = "",
    *,
    corrected: bool = False,
) -> Preview:
    """Return the mail of a reader with these choices; `corrected` as for `send`.

    Raises:
        IssueNotMailedError: the issue is not published, or its files were changed.
    """
    composer = _composer(services, post, asked, corrected=corrected)
    at = services.clock()
    to = address or f"{TEST_ID}@{post.sender.domain}"
    written = composer.letter(TEST_ID, to, reader, at)
    return Preview(
        asked.name,
        written.subject,
        composer.compose(TEST_ID, to, reader, at),
        written.html,
        written.text,
        written.papers,
        written.left_out,
    )


def send_test(post: Post, address: str, made: Preview) -> Answer:
    """Hand over a preview to one address; it is in no receipt.

    Raises:
        MailServerError, MailRefusedError: the server takes no mail at all.
    """
    with post.connect() as connection:
        return connection.hand_over(post.sender.bounces, address, made.message)


def _composer(services: Services, post: Post, asked: Asked, *, corrected: bool) -> Composer:
    recorded = read_journal(services.settings.mail.journal, asked.name)
    if recorded is not None:
        to_mail = issues_if(services, recorded, corrected=corrected)
    else:
        to_mail = standing(services, issues_of(services, asked), corrected=corrected)
    return composer_of(services, post, asked, to_mail)
