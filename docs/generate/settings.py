"""Render docs/reference/settings.md and config/template.toml from config.schema."""

import json
import textwrap
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from config.keytypes import Takes
from config.reasons import DEFAULT_REASONS, Reason
from config.rules_schema import Rule
from config.schema import SECTIONS
from docs.generate.markdown import NOTICE, table

_INTRODUCTION = f"""\
{NOTICE}

# Settings

The settings file is TOML. The first of these is read:

1. the file given with `--config`,
2. the file named by `LIVING_SURVEY_CONFIG`,
3. `living-survey.toml` in the working directory,
4. no file: every key has its default.

A named file that does not exist is an error. `living-survey init` writes a file with every key as a
comment. Relative paths start at the directory of the file, without a file at the working directory;
`~` is your home directory.

**Environment.** `LIVING_SURVEY_<SECTION>__<KEY>` sets a key, for example
`LIVING_SURVEY_ARXIV__CONTACT`, and overrides the file. A list is written with commas (`cs,eess`) or
as JSON (`["cs", "eess"]`). An empty value means None where the key allows it.

**Errors.** An unknown key or section is rejected with the most similar known name, a wrong value
with what the key takes. Both end with exit status 2 before any file is opened.

| variable | meaning |
| --- | --- |
| `LIVING_SURVEY_CONFIG` | the settings file |
| `LIVING_SURVEY_NOW` | the present instant, such as `2026-03-17T12:00:00Z`, for replays, demos \
and tests; UTC unless it has an offset. Rejected unless every arXiv URL is a loopback address |

A URL is a loopback address if its host is `localhost`, `::1` or in `127.0.0.0/8`. If one of the
three arXiv URLs is another address, `contact` is required and `min_interval_seconds` must be at
least 3, as [arXiv asks](https://info.arxiv.org/help/api/tou.html).
"""

_TEMPLATE_HEAD = """\
# Living Survey settings. A line of the form "# key = value" shows a default: remove the "# " to
# change the value. Each key can also be set from the environment: [arxiv] contact is
# LIVING_SURVEY_ARXIV__CONTACT. docs/reference/settings.md is the reference.
# Relative paths start at the directory of this file.
"""


def settings_page() -> str:
    """Return the settings reference: a table for each section."""
    parts = [_INTRODUCTION]
    for name, model in SECTIONS.items():
        rows = (
            (f"`{key}`", _default_cell(field), field.description or "", _takes(field))
            for key, field in model.model_fields.items()
        )
        parts.append(f"## [{name}]\n\n{model.__doc__}\n")
        parts.append(table(("key", "default", "meaning", "takes"), rows))
        if name == "review":
            parts.append(_reasons())
            parts.append(_rules())
    return "\n".join(parts)


def settings_template() -> str:
    """Return the settings file that `living-survey init` writes: every key as a comment."""
    parts = [_TEMPLATE_HEAD]
    for name, model in SECTIONS.items():
        lines = [f"[{name}]"]
        for key, field in model.model_fields.items():
            lines += textwrap.wrap(
                field.description or "", 100, initial_indent="# ", subsequent_indent="# "
            )
            lines += [f"# {line}" for line in f"{key} = {_as_toml(field)}".split("\n")]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _default(field: FieldInfo) -> Any:
    """Return a key's default where no other key is stated."""
    return field.get_default(call_default_factory=True, validated_data={})


def _as_toml(field: FieldInfo) -> str:
    if field.default is DEFAULT_REASONS:
        reasons = [f"  {_inline_table(one)}," for one in DEFAULT_REASONS]
        return "\n".join(["[", *reasons, "]"])
    # JSON texts, numbers and lists are TOML too.
    return json.dumps(_plain(_default(field)), ensure_ascii=False)


def _inline_table(reason: Reason) -> str:
    stated = reason.model_dump(exclude_defaults=True)
    pairs = (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in stated.items())
    return f"{{{', '.join(pairs)}}}"


def _reasons() -> str:
    keys = (
        (f"`{key}`", "none" if field.is_required() else _default_cell(field),
         field.description or "", _takes(field))
        for key, field in Reason.model_fields.items()
    )  # fmt: skip
    built_in = (
        (f"`{one.code}`", one.name, one.name_zh, one.trains_as, one.definition)
        for one in DEFAULT_REASONS
    )
    return "\n".join(
        (
            "### [[review.reasons]]\n\nA reason for rejecting a paper.\n",
            table(("key", "default", "meaning", "takes"), keys),
            "The built-in reasons:\n",
            table(("code", "name", "Chinese", "trains as", "definition"), built_in),
        )
    )


def _rules() -> str:
    keys = (
        (f"`{key}`", "none" if field.is_required() else _default_cell(field),
         field.description or "", _takes(field))
        for key, field in Rule.model_fields.items()
    )  # fmt: skip
    return "\n".join(
        (
            "### [[review.rules]]\n\nA rule that may decide without a person.\n",
            table(("key", "default", "meaning", "takes"), keys),
        )
    )


def _default_cell(field: FieldInfo) -> str:
    if field.default is DEFAULT_REASONS:
        return "below"
    return "none" if _plain(_default(field)) == "" else f"`{_as_toml(field)}`"


def _plain(default: Any) -> Any:
    if default is None:
        return ""
    return str(default) if isinstance(default, Path) else default


def _takes(field: FieldInfo) -> str:
    return next(item.description for item in field.metadata if isinstance(item, Takes))
