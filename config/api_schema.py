"""Define the settings of the JSON API."""

from pydantic import Field

from config.keytypes import Positive
from config.section import Section


class ApiSettings(Section):
    """The JSON API of the review service under `/api/v1`; nothing opens it but a token."""

    requests_per_minute: Positive = Field(
        default=300,
        description="Requests that one token may send in a minute. Further ones are answered with "
        "429 and the time to wait.",
    )
    token_days: Positive = Field(
        default=90,
        description="Days after which a token ends, unless `token create --days` says otherwise.",
    )
    idempotency_days: Positive = Field(
        default=7,
        description="Days for which the answer to an act with an Idempotency-Key is kept, so that "
        "the same request again gets the same answer.",
    )
