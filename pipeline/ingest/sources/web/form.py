"""Send one form to a server that the operator named; the body of the response is not read."""

from collections.abc import Mapping

from pipeline.ingest.sources.transport.client import make_client, user_agent
from pipeline.ingest.sources.web.visits import Visit, visit


def post_form(url: str, form: Mapping[str, str], *, contact: str, timeout_seconds: float) -> Visit:
    """Send a form once; redirects are not followed.

    Args:
        url: of the server. It may be on this machine or in this network.
        form: the fields.
        contact: named to the server.
        timeout_seconds: for the whole exchange.
    """
    with make_client() as client:
        client.headers["User-Agent"] = user_agent(contact)
        return visit(client, "POST", url, timeout_seconds, form)
