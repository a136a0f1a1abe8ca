"""`verify`: whether everything published is what the database gives."""

from collections.abc import Iterator

from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.publish.verify import VerifiedTarget
from pipeline.publish.verify import verify as verify_targets
from pipeline.runtime.plurals import counted
from pipeline.runtime.record import Run
from pipeline.runtime.services import open_services


@command("verify", examples="living-survey verify\nliving-survey verify --json")
def verify(invocation: Invocation) -> Answer:
    """Build everything published again and compare the bytes.

    They are compared with the files and with the digests recorded when they were published. A list
    that was changed by hand since must still hold every published paper. Digests of versions that
    recorded no files are named and not compared. It changes nothing. Exit status: 0 all is as
    published, 1 something differs (it says what).
    """
    services = open_services(invocation.settings, read_only=True)
    with invocation.output.progress() as progress:
        verified = verify_targets(services, Run(progress))
    with services.open_store() as store:
        unrecorded = store.publications.unrecorded()
    wrong = any(one.found for one in verified)
    lines = [line for one in verified for line in _lines(one)]
    if unrecorded:
        lines.append(
            f"not compared: {', '.join(unrecorded)}, published by a version that recorded no files"
        )
    report = {"as_published": not wrong, "targets": verified, "unrecorded": unrecorded}
    return Answer(report, tuple(lines or ["Nothing was published yet."]), status=1 if wrong else 0)


def _lines(one: VerifiedTarget) -> Iterator[str]:
    state = counted(len(one.found), "difference") if one.found else "as published"
    yield f"{one.target}: {state}, {counted(one.papers, 'paper')}, {counted(one.files, 'file')}"
    for found in one.found:
        yield f"  {found.difference}: {found.sentence}"
    for note in one.notes:
        yield f"  note: {note}"
