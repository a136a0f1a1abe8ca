"""Small taxonomies of a fictional field, written as TOML, and plans between them."""

from pathlib import Path

from config.taxonomy import Taxonomy, parse_taxonomy


def taxonomy_text(*sections: str | tuple[str, str], title: str = "Lanterns", note: str = "") -> str:
    """Return a taxonomy with one task and special sections; a section is an id or (id, heading)."""
    rows = [f'title = "{title}"', 'languages = ["en"]', _row("task", "name", "lanterns", "")]
    for section in sections:
        id_, heading = (section, section) if isinstance(section, str) else section
        more = f'special = true\ntask = "lanterns"\nheadings = ["{heading}"]\n'
        rows.append(_row("section", "id", id_, more, note))
    return "\n".join(rows)


def taxonomy(*sections: str | tuple[str, str], title: str = "Lanterns", note: str = "") -> Taxonomy:
    """Return the same as a value."""
    return parse_taxonomy(taxonomy_text(*sections, title=title, note=note), "test")


def write(directory: Path, name: str, text: str) -> Path:
    """Write a file and return its path."""
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return path


def _row(table: str, key: str, name: str, more: str, note: str = "") -> str:
    return (
        f'\n[[{table}]]\n{key} = "{name}"\n{more}definition = "About {name}.{note}"\n'
        f'cues = ["{name} light"]\nnames = {{en = "{name.capitalize()}"}}\n'
    )
