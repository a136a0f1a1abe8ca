"""List the generated files, each with the function that renders it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from docs.generate.api import api_page
from docs.generate.commands import commands_page
from docs.generate.errors import errors_page
from docs.generate.picture import architecture_svg
from docs.generate.settings import settings_page, settings_template
from docs.generate.taxonomy import taxonomy_page
from docs.generate.views import views_page
from storage.engine.schema import schema_sql

ROOT = Path(__file__).resolve().parents[2]

FILES: Mapping[str, Callable[[], str]] = {
    "config/template.toml": settings_template,
    "docs/images/architecture.svg": architecture_svg,
    "docs/reference/api.md": api_page,
    "docs/reference/built-in-taxonomy.md": taxonomy_page,
    "docs/reference/commands.md": commands_page,
    "docs/reference/errors.md": errors_page,
    "docs/reference/settings.md": settings_page,
    "docs/reference/views.md": views_page,
    "storage/schema.sql": schema_sql,
}
