"""Hold facts for people: `status` prints them and a page of the service shows them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known, in words."""

    #: what it is about, in a word: queue, model, ...
    name: str
    #: without a full stop
    said: str
    #: somebody should act
    trouble: bool = False
    #: a paper whose title stays in its language, if the words are about one
    about: str = ""

    @property
    def text(self) -> str:
        """The words, behind what they are about."""
        return f"{self.about}: {self.said}" if self.about else self.said


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts that are read together."""

    name: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class FactTable:
    """Facts that are rows."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    #: the columns with numbers
    numbers: frozenset[int] = frozenset()
    #: the columns with names, which are the same in every language
    names: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class StateOfSurvey:
    """What is known of a survey at one moment."""

    groups: tuple[FactGroup, ...]
    tables: tuple[FactTable, ...]
