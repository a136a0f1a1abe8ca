"""The constant parts of OAI-PMH: Identify, the formats, the sets."""

from functools import cache

from pipeline.ingest.protocol.holdings import Identity
from pipeline.ingest.protocol.oai_records import PREFIXES
from pipeline.ingest.protocol.sets import all_sets
from pipeline.ingest.protocol.xml import escape_template as esc

_HELP = "https://info.arxiv.org/help"
_EPRINTS = "http://www.openarchives.org/OAI/1.1/eprints"

ARXIV_DESCRIPTION = f"""            <description>
        <eprints xmlns="{_EPRINTS}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="{_EPRINTS} {_EPRINTS}.xsd">
            <content>
                <text>Author self-archived e-prints</text>
            </content>
            <metadataPolicy>
                <text>Metadata harvesting permitted through OAI interface</text>
                <URL>{_HELP}/oa/metadataPolicy.html</URL>
            </metadataPolicy>
            <dataPolicy>
                <text>Full-content harvesting not permitted (except by special arrangement)</text>
                <URL>{_HELP}/oa/dataPolicy.html</URL>
            </dataPolicy>
            <submissionPolicy>
                <text>Author self-submission preferred, submissions screened for \
appropriateness.</text>
                <URL>{_HELP}/submit/index.html</URL>
            </submissionPolicy>
        </eprints>
    </description>"""


def identify(identity: Identity) -> str:
    """Return the `<Identify>` element."""
    return f"""    <Identify>
        <repositoryName>{esc(identity.name)}</repositoryName>
        <baseURL>{esc(identity.base_url)}</baseURL>
        <protocolVersion>2.0</protocolVersion>
        <adminEmail>{esc(identity.admin)}</adminEmail>
        <earliestDatestamp>{identity.earliest}</earliestDatestamp>
        <deletedRecord>{identity.deleted}</deletedRecord>
        <granularity>YYYY-MM-DD</granularity>
{identity.description}

    </Identify>"""


def _format(prefix: str) -> str:
    if prefix == "oai_dc":
        namespace = "http://www.openarchives.org/OAI/2.0/oai_dc/"
        schema = "https://www.openarchives.org/OAI/2.0/oai_dc.xsd"
    else:
        namespace = f"http://arxiv.org/OAI/{prefix}/"
        schema = f"https://oaipmh.arxiv.org/OAI/{prefix}.xsd"
    return (
        "                <metadataFormat>\n"
        f"    <metadataPrefix>{prefix}</metadataPrefix>\n"
        f"    <schema>{schema}</schema>\n"
        f"    <metadataNamespace>{namespace}</metadataNamespace>\n"
        "</metadataFormat>\n\n"
    )


FORMATS = (
    "    <ListMetadataFormats>\n" + "".join(map(_format, PREFIXES)) + "    </ListMetadataFormats>"
)


@cache
def list_sets(held: tuple[str, ...]) -> str:
    """Return the tree of groups, archives and categories, or its part in the sets that are held."""
    items = "".join(
        "                <set>\n"
        f"        <setSpec>{spec}</setSpec>\n"
        f"        <setName>{esc(name)}</setName>\n"
        "    </set>\n\n"
        for spec, name in all_sets()
        if not held or any(spec == one or spec.startswith(f"{one}:") for one in held)
    )
    return f"    <ListSets>\n{items}    </ListSets>"
