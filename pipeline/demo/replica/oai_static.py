"""The constant parts of OAI-PMH: Identify, the formats, the sets."""

from functools import cache

from pipeline.demo.replica.oai_records import PREFIXES
from pipeline.demo.replica.sets import all_sets
from pipeline.demo.replica.xml import escape_template as esc

_HELP = "https://info.arxiv.org/help"
_EPRINTS = "http://www.openarchives.org/OAI/1.1/eprints"

IDENTIFY = f"""    <Identify>
        <repositoryName>arXiv</repositoryName>
        <baseURL>https://oaipmh.arxiv.org/oai</baseURL>
        <protocolVersion>2.0</protocolVersion>
        <adminEmail>help@arxiv.org</adminEmail>
        <earliestDatestamp>2005-09-16</earliestDatestamp>
        <deletedRecord>persistent</deletedRecord>
        <granularity>YYYY-MM-DD</granularity>
            <description>
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
    </description>

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
def list_sets() -> str:
    """Return the whole tree: groups, archives, categories."""
    items = "".join(
        "                <set>\n"
        f"        <setSpec>{spec}</setSpec>\n"
        f"        <setName>{esc(name)}</setName>\n"
        "    </set>\n\n"
        for spec, name in all_sets()
    )
    return f"    <ListSets>\n{items}    </ListSets>"
