"""Compute where sections and decisions go when one taxonomy follows another."""

from collections.abc import Iterable, Mapping, Sequence

from classifiers.text import tokens
from config.taxonomy import Taxonomy
from pipeline.taxonomy.compare import Difference, same_place, section_differences
from pipeline.taxonomy.plan_file import Declared
from storage.taxonomy_types import MoveKind, PlacedDecision, Placement
from storage.types import Verdict


def all_moves(
    old: Taxonomy, new: Taxonomy, declared: Sequence[Declared]
) -> tuple[tuple[Declared, ...], tuple[str, ...]]:
    """Return all moves, and the removed IDs the plan does not mention."""
    said = {each.old: each for each in declared}
    after = {section.id: section for section in new.sections}
    moves: list[Declared] = []
    undeclared: list[str] = []
    for section in old.sections:
        if section.id in said:
            moves.append(said[section.id])
        elif section.id not in after:
            undeclared.append(section.id)
        elif differences := section_differences(section, after[section.id]):
            moves.append(Declared(_kind(differences), section.id, (section.id,)))
    before = {section.id for section in old.sections}
    reached = {section for each in declared for section in each.new}
    left = {each.old for each in declared if each.old not in each.new}
    moves += [
        Declared(MoveKind.ADD, "", (section,))
        for section in after
        if section not in reached and (section not in before or section in left)
    ]
    return tuple(moves), tuple(undeclared)


def place(decision: PlacedDecision, moves: Mapping[str, Declared]) -> Placement | None:
    """Return where a decision is read from now on, or None if unchanged.

    An approval waits for a reviewer if the plan does not place it after a split, or if none of its
    sections remains.
    """
    sections: list[str] = []
    open_ends = False
    for section in decision.sections:
        move = moves.get(section)
        chosen = (section,) if move is None else _chosen(decision, move)
        open_ends |= not chosen and move is not None and move.kind is MoveKind.SPLIT
        sections.extend(chosen)
    found = tuple(dict.fromkeys(sections))
    approved = decision.verdict is Verdict.APPROVED
    unplaced = approved and (open_ends or not found or decision.unplaced)
    if found == decision.sections and unplaced == decision.unplaced:
        return None
    return Placement(decision.decision_id, found, unplaced)


def draft_plan(old: Taxonomy, new: Taxonomy, undeclared: Iterable[str]) -> str:
    """Return the lines a plan lacks."""
    likely = same_place(old, new)
    lines: list[str] = []
    for section in undeclared:
        if section in likely:
            lines += ["[[rename]]", f'from = "{section}"', f'to = "{likely[section]}"', ""]
        else:
            lines += ["[[dissolve]]  # or rename, merge, split", f'section = "{section}"', ""]
    return "\n".join(lines).rstrip()


def _kind(differences: Sequence[Difference]) -> MoveKind:
    if Difference.MOVED in differences:
        return MoveKind.MOVE
    return MoveKind.RELABEL if Difference.RELABELLED in differences else MoveKind.EDIT


def _chosen(decision: PlacedDecision, move: Declared) -> tuple[str, ...]:
    if decision.arxiv_id in move.papers:
        return move.papers[decision.arxiv_id]
    if move.kind is not MoveKind.SPLIT:
        return move.new
    texts = (tokens(decision.title), tokens(decision.abstract))
    found = tuple(
        dict.fromkeys(
            rule.to
            for rule in move.rules
            if any(_says(text, words) for text in texts for words in rule.words)
        )
    )
    if not found and move.otherwise is not None:
        return (move.otherwise,)
    return found


def _says(text: Sequence[str], phrase: str) -> bool:
    """Match token by token, in the singular or plural."""
    words = tokens(phrase)
    if not words:
        return False
    last = {words[-1], words[-1] + "s"}
    size = len(words)
    return any(
        list(text[start : start + size - 1]) == words[:-1] and text[start + size - 1] in last
        for start in range(len(text) - size + 1)
    )
