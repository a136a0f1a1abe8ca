"""`sections`: the taxonomy's sections with their ids."""

from config.taxonomy import load_taxonomy
from pipeline.cli.answer import Answer, Column, table
from pipeline.cli.command import Invocation, command


@command("sections", examples="living-survey sections\nliving-survey sections --json")
def sections(invocation: Invocation) -> Answer:
    """List the taxonomy's sections with their ids."""
    taxonomy = load_taxonomy(invocation.settings.survey.taxonomy)
    report = [
        {
            "id": section.id,
            "path": section.path,
            "task": section.task,
            "modality": section.modality,
            "technique": section.technique,
            "definition": section.definition,
            "names": section.names,
        }
        for section in taxonomy.sections
    ]
    columns = (Column("section"), Column("heading", flexible=True))
    rows = ((section.id, " > ".join(section.path)) for section in taxonomy.sections)
    return Answer(report, (table(columns, rows),))
