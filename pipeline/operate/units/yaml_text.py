"""Write values as YAML scalars that every reader takes for the same text."""

import json


def quoted(text: str) -> str:
    """Return a double-quoted scalar: JSON's escapes are YAML's (YAML 1.2, 7.3.1)."""
    return json.dumps(text)


def flow(words: tuple[str, ...]) -> str:
    """Return a list on one line."""
    return f"[{', '.join(map(quoted, words))}]"
