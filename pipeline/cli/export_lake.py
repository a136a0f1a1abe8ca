"""`export --lake`: all views as Parquet files."""

from importlib.metadata import version
from pathlib import Path

from config.errors import LivingSurveyError
from pipeline.cli.answer import Answer, Column, table
from pipeline.cli.command import Invocation
from pipeline.publish.lake.snapshot import CURRENT, LakeReport, write_snapshot, writing_lake
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import open_services
from storage.lake import copied_lake


class LakeNotWrittenError(LivingSurveyError):
    """A file of the lake could not be written; the newest snapshot is as it was."""

    def __init__(self, directory: Path, cause: OSError) -> None:
        super().__init__(
            f"The lake {directory} cannot be written: {cause.strerror or cause}.",
            hint="Check the permissions and free space of that directory, and beside the"
            " database, which is copied first. The newest snapshot is as it was.",
        )


def export_lake(invocation: Invocation, directory: Path, *, about_people: bool) -> Answer:
    """Write a snapshot of the views to the directory.

    Raises:
        UsageError: something else is in the directory.
        LakeNotWrittenError: the disk is full or refuses.
    """
    settings = invocation.settings
    services = open_services(settings, read_only=True)
    try:
        with writing_lake(directory), invocation.output.progress() as progress:
            progress.add_task("Copying the database", total=None)
            with copied_lake(
                settings.database.path,
                busy_timeout_seconds=settings.database.busy_timeout_seconds,
            ) as lake:
                report = write_snapshot(
                    lake,
                    directory,
                    about_people=about_people,
                    now=services.clock(),
                    version=version("living-survey"),
                    progress=progress,
                )
    except OSError as error:
        raise LakeNotWrittenError(directory, error) from error
    return _answer(directory, report)


def _answer(directory: Path, report: LakeReport) -> Answer:
    snapshot = report.snapshot
    rows = snapshot.rows_of()
    document = {
        "directory": directory / CURRENT,
        "snapshot": snapshot.snapshot,
        "made_at": snapshot.made_at,
        "unchanged": report.unchanged,
        "files": len(snapshot.files),
        "files_written": report.written,
        "bytes_written": report.bytes_written,
        "rows": rows,
    }
    if report.unchanged:
        said = f"Nothing changed since snapshot {snapshot.snapshot} of {snapshot.made_at}."
        return Answer(document, (said,))
    said = (
        f"{directory / CURRENT}: snapshot {snapshot.snapshot},"
        f" {counted(len(snapshot.files), 'file')}, {report.written} of them new"
        f" ({report.bytes_written / 1e6:.1f} MB)"
    )
    shown = table(
        (Column("view"), Column("rows", right=True)), ((n, f"{r:,}") for n, r in rows.items())
    )
    return Answer(document, (said, shown))
