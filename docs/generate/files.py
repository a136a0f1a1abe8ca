"""List the generated files, each with the function that renders it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from docs.generate.settings import settings_page, settings_template
from docs.generate.taxonomy import taxonomy_page

ROOT = Path(__file__).resolve().parents[2]

FILES: Mapping[str, Callable[[], str]] = {
    "config/template.toml": settings_template,
    "docs/reference/built-in-taxonomy.md": taxonomy_page,
    "docs/reference/settings.md": settings_page,
}
