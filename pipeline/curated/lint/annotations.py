"""Findings as GitHub's workflow commands, which it shows beside the lines of a pull request.

Format:
https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from config.visible import one_line
from pipeline.curated.lint.catalogue import Level
from pipeline.curated.lint.findings import Finding

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
_DATA = {ord(sign): f"%{ord(sign):02X}" for sign in "%\r\n"}
_PROPERTY = _DATA | {ord(sign): f"%{ord(sign):02X}" for sign in ":,"}


def annotation(finding: Finding) -> str:
    """Return one finding as one line."""
    properties = (
        ("file", finding.file),
        ("line", str(finding.line)),
        ("title", finding.rule.value),
    )
    stated = ",".join(f"{key}={value.translate(_PROPERTY)}" for key, value in properties)
    text = one_line(f"{finding.message} {finding.remedy}")
    return f"::{_COMMANDS[finding.level]} {stated}::{text.translate(_DATA)}"
