"""`verify`: whether everything published is what the database gives."""

from collections.abc import Collection, Iterator, Sequence

from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.publish.verify import VerifiedTarget
from pipeline.publish.verify import verify as verify_targets
from pipeline.runtime.plurals import counted, some_of
from pipeline.runtime.record import Run
from pipeline.runtime.services import open_services


@command("verify", examples="living-survey verify\nliving-survey verify --json")
def verify(invocation: Invocation) -> Answer:
    """Build everything published again and compare the bytes.

    They are built with the settings they were published with, and compared with the files and with
    the SHA-256 recorded then. A list that was changed by hand since must still hold every published
    paper. Issues of versions that recorded no files are named and not compared. It changes nothing.
    Exit status: 0 all is as published, 1 something differs (it says what).
    """
    services = open_services(invocation.settings, read_only=True)
    with invocation.output.progress() as progress:
        verified = verify_targets(services, Run(progress))
    with services.open_store() as store:
        unrecorded = store.publications.unrecorded()
    wrong = any(one.found for one in verified)
    shared = _shared(verified)
    lines = [line for one in verified for line in _lines(one, shared)]
    lines += [f"note on {some_of(names)}: {note}" for note, names in shared.items()]
    if unrecorded:
        lines.append(
            f"not compared: {', '.join(unrecorded)}, published by a version that recorded no files"
        )
    report = {"as_published": not wrong, "targets": verified, "unrecorded": unrecorded}
    return Answer(report, tuple(lines or ["Nothing was published yet."]), status=1 if wrong else 0)


def _shared(verified: Sequence[VerifiedTarget]) -> dict[str, tuple[str, ...]]:
    """Return the notes that several targets have, with the targets."""
    found: dict[str, list[str]] = {}
    for one in verified:
        for note in one.notes:
            found.setdefault(note, []).append(one.target)
    return {note: tuple(names) for note, names in found.items() if len(names) > 1}


def _lines(one: VerifiedTarget, shared: Collection[str]) -> Iterator[str]:
    state = counted(len(one.found), "difference") if one.found else "as published"
    yield f"{one.target}: {state}, {counted(one.papers, 'paper')}, {counted(one.files, 'file')}"
    for found in one.found:
        yield f"  {found.difference}: {found.sentence}"
    for note in one.notes:
        if note not in shared:
            yield f"  note: {note}"
