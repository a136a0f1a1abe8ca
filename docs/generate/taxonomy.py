"""Render docs/reference/built-in-taxonomy.md from config/taxonomy.toml."""

from config.taxonomy import Facet, load_taxonomy
from docs.generate.markdown import NOTICE, table

_INTRODUCTION = f"""\
{NOTICE}

# The built-in taxonomy

The labels and sections of *LLMs Meet Multimodal Generation and Editing: A Survey*, in the order of
the list. [Taxonomy](../explanation/taxonomy.md) explains the terms.
"""


def taxonomy_page() -> str:
    """Return the tables of labels and sections, with definitions and names."""
    taxonomy = load_taxonomy()
    parts = [_INTRODUCTION]
    for facet in taxonomy.facets:
        parts.append(f"## {facet.name.capitalize()}\n")
        parts.append(_labels(facet))
    parts.append(f"## The {len(taxonomy.sections)} sections\n")
    rows = (
        (f"`{s.id}`", " > ".join(s.path), s.names["en"], s.names["zh"], s.definition)
        for s in taxonomy.sections
    )
    parts.append(table(("ID", "headings", "name", "名称", "definition"), rows))
    return "\n".join(parts)


def _labels(facet: Facet) -> str:
    carried = any(label.carries for label in facet.labels)
    header = ("label", "name", "名称", *(["carries"] if carried else []), "definition")
    rows = (
        (
            f"`{label.name}`",
            label.names["en"],
            label.names["zh"],
            *([", ".join(label.carries) or "-"] if carried else []),
            label.definition,
        )
        for label in facet.labels
    )
    return table(header, rows)
