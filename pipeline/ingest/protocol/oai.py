"""Answer OAI-PMH 2.0 requests as https://oaipmh.arxiv.org/oai does.

Errors have status 200. Tokens carry the request itself (percent-encoded query
string), have an expirationDate and neither cursor nor completeListSize, so no state is kept between
two pages and a restart of the server breaks no list.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote, urlencode

from pipeline.ingest.protocol import oai_records
from pipeline.ingest.protocol.answers import NO_CHANGE, Answer, ResponseChange
from pipeline.ingest.protocol.holdings import Identity, Listed, Mark, Records, RefusedError, Window
from pipeline.ingest.protocol.oai_static import FORMATS, identify, list_sets
from pipeline.ingest.protocol.sets import all_sets
from pipeline.ingest.protocol.xml import escape_template as esc

#: arXiv lists this many headers a page (IDENTIFIERS_LIMIT)
IDENTIFIERS_PAGE = 20_000
_LISTS = ("ListRecords", "ListIdentifiers")
_LIST_PARAMS: tuple[str, ...] = ("verb", "metadataPrefix", "from", "until", "set")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PREFIX = "oai:arXiv.org:"
_MEANING = {
    "badArgument": "The request includes illegal arguments, is missing required arguments, "
    "includes a repeated argument, or values for arguments have an illegal syntax.",
    "badVerb": "Value of the verb argument is not a legal OAI-PMH verb, the verb argument is "
    "missing, or the verb argument is repeated.",
    "badResumptionToken": "The value of the resumptionToken argument is invalid or expired.",
    "cannotDisseminateFormat": "The metadata format identified by the value given for the "
    "metadataPrefix argument is not supported by the item or by the repository.",
    "idDoesNotExist": "The value of the identifier argument is unknown or illegal in this "
    "repository.",
    "noRecordsMatch": "The combination of the values of the from, until, set and metadataPrefix "
    "arguments results in an empty list.",
}


@dataclass(frozen=True, slots=True)
class OaiError(Exception):
    """A response with `<error>`; `echo` are the attributes `<request>` repeats."""

    code: str
    reason: str = ""
    echo: str = ""
    #: up to when the answer holds; None: now
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Given:
    """What a request is answered from."""

    records: Records
    identity: Identity
    now: datetime
    page_size: int
    change: ResponseChange


def answer(
    pairs: Sequence[tuple[str, str]],
    records: Records,
    *,
    now: datetime,
    page_size: int,
    change: ResponseChange = NO_CHANGE,
) -> Answer:
    """Answer one request; `pairs` are its decoded parameters, `now` an aware UTC instant."""
    given = _Given(records, records.identity(), now, page_size, change)
    try:
        return _dispatch(pairs, given)
    except OaiError as error:
        reason = f" Reason: {error.reason}" if error.reason else ""
        body = f"<error code='{error.code}'>{_MEANING[error.code]}{esc(reason)}</error>"
        midnight = datetime(now.year, now.month, now.day, tzinfo=now.tzinfo) + timedelta(days=1)
        seconds = int((midnight - now).total_seconds())
        moment = error.as_of or now
        return _envelope(
            f"    {body}", error.echo, given.identity, moment, (f"max-age={seconds}", "oai")
        )


def _forced_reason(code: str) -> str:
    return "Token decoding failed or format is invalid." if code == "badResumptionToken" else ""


def _dispatch(pairs: Sequence[tuple[str, str]], given: _Given) -> Answer:
    if given.change.oai_error:
        raise OaiError(given.change.oai_error, _forced_reason(given.change.oai_error))
    params = dict(pairs)
    if len(params) != len(pairs):
        raise OaiError("badArgument", "Duplicate parameters not allowed")
    verb = params.get("verb", "")
    if verb in _LISTS:
        return _list(params, given)
    if verb == "GetRecord":
        return _get_record(params, given)
    if verb == "ListMetadataFormats":
        if unknown := params.keys() - {"verb", "identifier"}:
            raise OaiError("badArgument", f"Unallowed parameter: {min(unknown)}")
        return _static(FORMATS, verb, given)
    if verb in {"Identify", "ListSets"}:
        if len(params) > 1:
            raise OaiError("badArgument", "No other parameters allowed")
        body = identify(given.identity) if verb == "Identify" else list_sets(given.identity.sets)
        return _static(body, verb, given)
    raise OaiError("badVerb", "Invalid verb provided")


def _static(body: str, verb: str, given: _Given) -> Answer:
    cached = ("max-age=31536000", "oai-static oai")
    return _envelope(body, f' verb="{verb}"', given.identity, given.now, cached)


def _get_record(params: dict[str, str], given: _Given) -> Answer:
    if params.keys() != {"verb", "identifier", "metadataPrefix"}:
        raise OaiError("badArgument", "Parameters provided did not match expected.")
    identifier, prefix = params["identifier"], params["metadataPrefix"]
    if not identifier.startswith(_PREFIX):
        raise OaiError("idDoesNotExist", f"All identifiers start with: {_PREFIX}")
    echo = f' verb="GetRecord" identifier="{esc(identifier)}"'
    if prefix not in oai_records.PREFIXES:
        raise OaiError("cannotDisseminateFormat", "Did not recognize requested format", echo)
    echo += f' metadataPrefix="{prefix}"'
    arxiv_id = identifier.removeprefix(_PREFIX)
    record = given.records.record(arxiv_id)
    if record is None:
        raise OaiError("idDoesNotExist", "Nothing found for this ID", echo)
    element = oai_records.element(record, prefix)
    keys = f"paper-id-{arxiv_id} paper-id-{arxiv_id}-current oai-get-record oai"
    body = f"    <GetRecord>\n{element}    </GetRecord>"
    return _envelope(body, echo, given.identity, given.now, ("max-age=800000", keys))


def _list(params: dict[str, str], given: _Given) -> Answer:
    verb, place, token_echo = params["verb"], None, ""
    if "resumptionToken" in params:
        if len(params) > 2:
            raise OaiError("badArgument", "No other paramters allowed with resumptionToken")
        params, place, token_echo = _from_token(params["resumptionToken"], verb, given.records)
    prefix = _prefix(params)
    window = _window(params, given.identity, given.now)
    mark = None if place is None else Mark(window.first, place)
    limit = given.page_size if verb == "ListRecords" else IDENTIFIERS_PAGE
    listed = _page(given.records, window, mark, limit)
    if not listed.records and not listed.unread:
        raise OaiError("noRecordsMatch", "", token_echo or _echo(params), listed.as_of)
    token, params = _token(
        params, given.records.mark, listed.following, given.now, chained=bool(token_echo)
    )
    items = ""
    if not given.change.empty_page and verb == "ListRecords":
        items = "".join(oai_records.element(record, prefix) for record in listed.records)
        if prefix == "arXivRaw":  # in which they came
            items += "".join(_as_it_came(raw) for raw in listed.unread)
    elif not given.change.empty_page:
        items = "".join(map(oai_records.header, listed.records))
    body = f"    <{verb}>\n{items}{token}    </{verb}>"
    echo = token_echo or _echo(params)
    as_of = listed.as_of or given.now
    return _envelope(body, echo, given.identity, as_of, ("max-age=3600", "announce oai-list oai"))


def _page(records: Records, window: Window, mark: Mark | None, limit: int) -> Listed:
    try:
        return records.listed(window, mark, limit)
    except RefusedError as error:
        raise OaiError("badArgument", str(error)) from error


def _as_it_came(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape") + "\n"


def _prefix(params: dict[str, str]) -> str:
    if "metadataPrefix" not in params:
        raise OaiError("badArgument", "metadataPrefix required.")
    if unknown := params.keys() - set(_LIST_PARAMS):
        raise OaiError("badArgument", f"Unallowed parameter: {min(unknown)}")
    prefix = params["metadataPrefix"]
    if prefix not in oai_records.PREFIXES:
        echo = f' verb="{params["verb"]}"'
        raise OaiError("cannotDisseminateFormat", "Did not recognize requested format", echo)
    return prefix


def _window(params: dict[str, str], identity: Identity, now: datetime) -> Window:
    start, end = identity.earliest, now.date()
    if "from" in params:
        start = _parse_day(params["from"], "from")
        if start < identity.earliest:
            raise OaiError("badArgument", identity.too_early)
    if "until" in params:
        end = _parse_day(params["until"], "until")
        if end > now.date() + timedelta(days=1):
            raise OaiError("badArgument", "until date too late")
    if "from" in params and "until" in params and end < start:
        reason = "until date must be greater than or equal to from date"
        raise OaiError("badArgument", reason)
    wanted = params.get("set")
    if wanted is not None and wanted not in dict(all_sets()):
        raise OaiError("badArgument", "Set does not exist")
    return Window(start, end, wanted)


def _parse_day(text: str, name: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise OaiError("badArgument", f"{name} date format must be YYYY-MM-DD")


def _from_token(token: str, verb: str, records: Records) -> tuple[dict[str, str], str, str]:
    # The URL was decoded once already; a token sent raw and one encoded again both end here.
    encoded = token if "%" in token else quote(token)
    echo = f" verb='{verb}' resumptionToken='{esc(encoded)}'"
    params = dict(parse_qsl(unquote(token)))
    place = params.pop(records.mark, "")
    if not records.is_place(place) or not {"verb", "metadataPrefix"} <= params.keys():
        raise OaiError("badResumptionToken", "Token decoding failed or format is invalid.")
    if params["verb"] != verb:
        raise OaiError("badResumptionToken", "token from different verb", echo)
    return params, place, echo


def _token(
    params: dict[str, str], name: str, mark: Mark | None, now: datetime, *, chained: bool
) -> tuple[str, dict[str, str]]:
    """Return the token element and the parameters it (and the echo) carries.

    The next page begins at the day of the mark, past its place within that day.
    """
    if mark is None:
        return ("                    <resumptionToken/>\n\n" if chained else ""), params
    following: dict[str, str] = {
        one: str(mark.day) if one == "from" else params[one]
        for one in _LIST_PARAMS
        if one in params or one == "from"
    }
    value = quote(urlencode({**following, name: mark.place}))
    expires = now.date() + timedelta(days=1)
    element = f"<resumptionToken expirationDate='{expires}T00:00:00Z'>{value}</resumptionToken>"
    return f"                    {element}\n\n", following


def _echo(params: dict[str, str]) -> str:
    return "".join(f' {name}="{esc(params[name])}"' for name in _LIST_PARAMS if name in params)


def _envelope(
    body: str, echo: str, identity: Identity, moment: datetime, cached: tuple[str, str]
) -> Answer:
    control, keys = cached
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" \n'
        '         xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"\n'
        '         xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ '
        'http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">\n'
        f"    <responseDate>{moment:%Y-%m-%dT%H:%M:%SZ}</responseDate>\n"
        f"                <request{echo}>{esc(identity.request_url)}</request>\n\n\n"
        f"{body}\n"
        "</OAI-PMH>"
    )
    headers = (
        ("Surrogate-Control", control),
        ("Surrogate-Key", keys),
        ("Content-Type", "text/xml"),
    )
    return Answer(text.encode("utf-8", "surrogateescape"), headers=headers)
