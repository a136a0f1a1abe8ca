"""Build the addresses of the subscribers' pages; nothing else builds them."""

from dataclasses import dataclass

from pipeline.publish.subscribers.tokens import Purpose, Tokens


def subscribe_page(url: str) -> str:
    """Return the page where anybody can subscribe; empty if there are no pages."""
    return f"{url.rstrip('/')}/subscribe" if url else ""


@dataclass(frozen=True, slots=True)
class SubscriberLinks:
    """Absolute addresses below the public address of the pages."""

    #: `[subscribers] url`, without a slash at its end
    url: str
    tokens: Tokens

    @property
    def subscribe(self) -> str:
        """The page where anybody can subscribe."""
        return subscribe_page(self.url)

    def confirm(self, confirmation_id: str) -> str:
        """Return the address of the page on which a person confirms."""
        return f"{self.url}/confirm/{self.tokens.make(Purpose.CONFIRM, confirmation_id)}"

    def decline(self, confirmation_id: str) -> str:
        """Return the address of the page on which a person wants no more such mails."""
        return f"{self.url}/decline/{self.tokens.make(Purpose.DECLINE, confirmation_id)}"

    def preferences(self, subscriber_id: str) -> str:
        """Return the address of a person's preferences."""
        return f"{self.url}/preferences/{self.tokens.make(Purpose.PREFERENCES, subscriber_id)}"

    def suggestion(self, suggestion_id: str) -> str:
        """Return the address of the page that says how a suggestion stands."""
        return f"{self.url}/suggestions/{self.tokens.make(Purpose.SUGGESTION, suggestion_id)}"

    def unsubscribe(self, subscriber_id: str) -> str:
        """Return the address that List-Unsubscribe names (RFC 8058)."""
        return f"{self.url}/unsubscribe/{self.tokens.make(Purpose.UNSUBSCRIBE, subscriber_id)}"
