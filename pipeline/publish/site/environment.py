"""Make the templates' environment: everything is escaped, unknown names are refused."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from config.taxonomy import Section
from config.tex.markup import focusable, tex_markup
from pipeline.publish.site.found import flag_of, found_of, link_state_of, warning_of
from pipeline.publish.site.view import Page
from storage.paper_key import key_label


@cache  # because compiling the templates takes a tenth of a second
def environment() -> Environment:
    """Return the environment; texts are visible already when they come to a template."""
    made = Environment(
        loader=PackageLoader("pipeline.publish.site", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["key_label"] = key_label
    made.filters["section_name"] = _section_name
    made.filters["focusable"] = focusable
    made.globals |= {"found_of": found_of, "warning_of": warning_of, "flag_of": flag_of}
    made.globals["link_state_of"] = link_state_of
    made.globals["tex"] = tex_markup
    return made


def _section_name(section: Section, page: Page) -> str:
    return page.name(section)
