"""Answer OAI-PMH 2.0 requests as https://oaipmh.arxiv.org/oai does.

Errors have status 200. Tokens carry the request itself (percent-encoded query
string), have an expirationDate and neither cursor nor completeListSize.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote, urlencode

from pipeline.demo.replica import oai_records
from pipeline.demo.replica.answers import NO_CHANGE, Answer, ResponseChange
from pipeline.demo.replica.catalogue import View, in_set
from pipeline.demo.replica.oai_static import FORMATS, IDENTIFY, list_sets
from pipeline.demo.replica.records import Record
from pipeline.demo.replica.sets import all_sets
from pipeline.demo.replica.xml import escape_template as esc

EARLIEST = date(2005, 9, 16)
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


def answer(
    pairs: Sequence[tuple[str, str]],
    view: View,
    *,
    now: datetime,
    page_size: int,
    change: ResponseChange = NO_CHANGE,
) -> Answer:
    """Answer one request; `pairs` are its decoded parameters, `now` an aware UTC instant."""
    try:
        return _dispatch(pairs, view, now, page_size, change)
    except OaiError as error:
        reason = f" Reason: {error.reason}" if error.reason else ""
        body = f"<error code='{error.code}'>{_MEANING[error.code]}{esc(reason)}</error>"
        midnight = datetime(now.year, now.month, now.day, tzinfo=now.tzinfo) + timedelta(days=1)
        seconds = int((midnight - now).total_seconds())
        return _envelope(f"    {body}", error.echo, now, f"max-age={seconds}", "oai")


def _forced_reason(code: str) -> str:
    return "Token decoding failed or format is invalid." if code == "badResumptionToken" else ""


def _dispatch(
    pairs: Sequence[tuple[str, str]],
    view: View,
    now: datetime,
    page_size: int,
    change: ResponseChange,
) -> Answer:
    if change.oai_error:
        raise OaiError(change.oai_error, _forced_reason(change.oai_error))
    params = dict(pairs)
    if len(params) != len(pairs):
        raise OaiError("badArgument", "Duplicate parameters not allowed")
    verb = params.get("verb", "")
    if verb in _LISTS:
        return _list(params, view, now, page_size, change)
    if verb == "GetRecord":
        return _get_record(params, view, now, change)
    if verb == "ListMetadataFormats":
        if unknown := params.keys() - {"verb", "identifier"}:
            raise OaiError("badArgument", f"Unallowed parameter: {min(unknown)}")
        return _static(FORMATS, "ListMetadataFormats", now)
    if verb in {"Identify", "ListSets"}:
        if len(params) > 1:
            raise OaiError("badArgument", "No other parameters allowed")
        return _static(IDENTIFY if verb == "Identify" else list_sets(), verb, now)
    raise OaiError("badVerb", "Invalid verb provided")


def _static(body: str, verb: str, now: datetime) -> Answer:
    return _envelope(body, f' verb="{verb}"', now, "max-age=31536000", "oai-static oai")


def _get_record(
    params: dict[str, str], view: View, now: datetime, change: ResponseChange
) -> Answer:
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
    record = view.by_id.get(arxiv_id)
    if record is None or arxiv_id in change.hidden:
        raise OaiError("idDoesNotExist", "Nothing found for this ID", echo)
    element = oai_records.element(record, prefix)
    keys = f"paper-id-{arxiv_id} paper-id-{arxiv_id}-current oai-get-record oai"
    body = f"    <GetRecord>\n{element}    </GetRecord>"
    return _envelope(body, echo, now, "max-age=800000", keys)


def _list(
    params: dict[str, str], view: View, now: datetime, page_size: int, change: ResponseChange
) -> Answer:
    verb, skip, token_echo = params["verb"], 0, ""
    if "resumptionToken" in params:
        if len(params) > 2:
            raise OaiError("badArgument", "No other paramters allowed with resumptionToken")
        params, skip, token_echo = _from_token(params["resumptionToken"], verb)
    prefix = _prefix(params)
    matching = _matching(params, view, now, change)
    limit = page_size if verb == "ListRecords" else IDENTIFIERS_PAGE
    shown = matching[skip : skip + limit]
    if not shown:
        raise OaiError("noRecordsMatch", "", token_echo or _echo(params))
    token, params = _token(params, matching, skip, limit, now, chained=bool(token_echo))
    if change.repeated and skip:
        shown = matching[max(0, skip - change.repeated) : skip] + shown
    if change.empty_page:
        shown = []
    if verb == "ListRecords":
        items = "".join(oai_records.element(record, prefix) for record in shown)
    else:
        items = "".join(map(oai_records.header, shown))
    body = f"    <{verb}>\n{items}{token}    </{verb}>"
    echo = token_echo or _echo(params)
    return _envelope(body, echo, now, "max-age=3600", "announce oai-list oai")


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


def _matching(
    params: dict[str, str], view: View, now: datetime, change: ResponseChange
) -> list[Record]:
    start, end = _window(params, now)
    wanted = params.get("set")
    if wanted is not None and wanted not in dict(all_sets()):
        raise OaiError("badArgument", "Set does not exist")
    return [
        record
        for record in view.records
        if start <= record.datestamp <= end
        and (wanted is None or in_set(record, wanted))
        and record.arxiv_id not in change.hidden
    ]


def _window(params: dict[str, str], now: datetime) -> tuple[date, date]:
    start, end = EARLIEST, now.date()
    if "from" in params:
        start = _parse_day(params["from"], "from")
        if start < EARLIEST:
            raise OaiError("badArgument", "start date too early")
    if "until" in params:
        end = _parse_day(params["until"], "until")
        if end > now.date() + timedelta(days=1):
            raise OaiError("badArgument", "until date too late")
    if "from" in params and "until" in params and end < start:
        reason = "until date must be greater than or equal to from date"
        raise OaiError("badArgument", reason)
    return start, end


def _parse_day(text: str, name: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise OaiError("badArgument", f"{name} date format must be YYYY-MM-DD")


def _from_token(token: str, verb: str) -> tuple[dict[str, str], int, str]:
    # The URL was decoded once already; a token sent raw and one encoded again both end here.
    encoded = token if "%" in token else quote(token)
    echo = f" verb='{verb}' resumptionToken='{esc(encoded)}'"
    params = dict(parse_qsl(unquote(token)))
    skip = params.pop("skip", "")
    if not skip.isdigit() or not {"verb", "metadataPrefix"} <= params.keys():
        raise OaiError("badResumptionToken", "Token decoding failed or format is invalid.")
    if params["verb"] != verb:
        raise OaiError("badResumptionToken", "token from different verb", echo)
    return params, int(skip), echo


def _token(
    params: dict[str, str],
    matching: Sequence[Record],
    skip: int,
    limit: int,
    now: datetime,
    *,
    chained: bool,
) -> tuple[str, dict[str, str]]:
    """Return the token element and the parameters it (and the echo) carries.

    The next page restarts at the day of the first record not shown, past those already shown of
    that day, so that a day's skip counts from the day's beginning.
    """
    if skip + limit >= len(matching):
        return ("                    <resumptionToken/>\n\n" if chained else ""), params
    day = matching[skip + limit].datestamp
    before = next(i for i, record in enumerate(matching) if record.datestamp == day)
    following: dict[str, str] = {
        name: str(day) if name == "from" else params[name]
        for name in _LIST_PARAMS
        if name in params or name == "from"
    }
    value = quote(urlencode({**following, "skip": skip + limit - before}))
    expires = now.date() + timedelta(days=1)
    element = f"<resumptionToken expirationDate='{expires}T00:00:00Z'>{value}</resumptionToken>"
    return f"                    {element}\n\n", following


def _echo(params: dict[str, str]) -> str:
    return "".join(f' {name}="{esc(params[name])}"' for name in _LIST_PARAMS if name in params)


def _envelope(body: str, echo: str, now: datetime, control: str, keys: str) -> Answer:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" \n'
        '         xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"\n'
        '         xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ '
        'http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">\n'
        f"    <responseDate>{now:%Y-%m-%dT%H:%M:%SZ}</responseDate>\n"
        f"                <request{echo}>http://oaipmh.arxiv.org/oai</request>\n\n\n"
        f"{body}\n"
        "</OAI-PMH>"
    )
    headers = (
        ("Surrogate-Control", control),
        ("Surrogate-Key", keys),
        ("Content-Type", "text/xml"),
    )
    return Answer(text.encode(), headers=headers)
