"""Print the issue form that a maintainer commits to `.github/ISSUE_TEMPLATE`.

Syntax: https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema
"""

import json
from collections.abc import Iterator

from config.taxonomy import Taxonomy
from pipeline.suggestions.labels import labels
from storage.suggestion_types import Relation, SuggestionKind

#: the name that links expect; `?template=` opens it
FORM_FILE = "suggestion.yml"
#: GitHub's label of imported issues
LABEL = "suggestion"


def issue_form(taxonomy: Taxonomy, language: str) -> str:
    """Return the form as YAML. The IDs of its fields are those that links fill in."""
    return "\n".join(_lines(taxonomy, language)) + "\n"


def _lines(taxonomy: Taxonomy, language: str) -> Iterator[str]:
    words = labels(language)
    sections = [section.names[language] for section in taxonomy.sections]
    yield f"name: {_text(words['name'])}"
    yield f"description: {_text(words['description'])}"
    yield f"title: {_text(words['title'])}"
    yield f"labels: [{_text(LABEL)}]"
    yield "body:"
    kinds = [words[kind.value] for kind in SuggestionKind]
    yield from _field("dropdown", "kind", words["kind"], options=kinds, required=True)
    yield from _field("input", "arxiv_id", words["paper"], hint=words["paper_hint"], required=True)
    yield from _field("input", "section", words["section"], hint=words["section_hint"])
    yield from _field("input", "value", words["value"], hint=words["value_hint"])
    yield from _field("textarea", "note", words["note"])
    yield from _field("input", "who", words["who"], hint=words["who_hint"])
    relations = [words[one.value] for one in (Relation.AUTHOR, Relation.READER)]
    yield from _field("dropdown", "relation", words["relation"], options=relations)
    yield "  - type: checkboxes"
    yield "    id: credit"
    yield "    attributes:"
    yield f"      label: {_text(words['credit'])}"
    yield "      options:"
    yield f"        - label: {_text(words['credit_yes'])}"
    yield "  - type: markdown"
    yield "    attributes:"
    yield f"      value: {_text(words['section'] + ': ' + ', '.join(sections))}"


def _field(
    kind: str,
    name: str,
    label: str,
    *,
    hint: str = "",
    options: list[str] | None = None,
    required: bool = False,
) -> Iterator[str]:
    yield f"  - type: {kind}"
    yield f"    id: {name}"
    yield "    attributes:"
    yield f"      label: {_text(label)}"
    if hint:
        yield f"      description: {_text(hint)}"
    if options is not None:
        yield "      options:"
        yield from (f"        - {_text(option)}" for option in options)
    if required:
        yield "    validations:"
        yield "      required: true"


def _text(text: str) -> str:
    """Return a YAML scalar: JSON's strings are YAML's double-quoted ones."""
    return json.dumps(text, ensure_ascii=False)
