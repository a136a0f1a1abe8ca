"""Packs of archived responses: one ZIP file a day, `YYYY/MM/DD.zip`, with the files of its folder.

The responses are compressed already, so the pack stores them as they are. Ten thousand small files
take longer to copy, to list and to back up than one file of a day.
"""

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from config.files import read_regular, replacing
from config.zip_errors import UNREADABLE_ZIP


@dataclass(frozen=True, slots=True)
class Member:
    """One response of a day: the names of its two files, loose or in a pack."""

    #: HHMMSS.ffffff-NNNNNN
    stem: str
    #: the folder of the day, or its pack
    place: Path

    @property
    def is_packed(self) -> bool:
        """Whether it is in a pack."""
        return self.place.suffix == ".zip"

    @property
    def body(self) -> Path:
        """The path of the body; one below the pack for a packed response."""
        return self.place / f"{self.stem}.gz"

    def read(self, suffix: str, *, most_bytes: int) -> bytes:
        """Return the content of one of its files in a pack.

        Raises:
            OSError: the pack cannot be read.
            ValueError: the file is too large, or the pack is damaged.
        """
        name = f"{self.stem}{suffix}"
        try:
            with zipfile.ZipFile(self.place) as pack:
                if pack.getinfo(name).file_size > most_bytes:
                    raise ValueError(f"{name} has more than {most_bytes} bytes")
                return pack.read(name)
        except (KeyError, *UNREADABLE_ZIP) as error:
            raise ValueError(str(error)) from error


def pack_of(folder: Path) -> Path:
    """Return the path of the pack of a day's folder."""
    return folder.with_name(f"{folder.name}.zip")


def members(folder: Path) -> list[Member]:
    """Return the responses of a day in order; one that is loose and packed counts once.

    Raises:
        ValueError: the pack is damaged.
    """
    found = {path.stem: Member(path.stem, folder) for path in folder.glob("*.json")}
    pack = pack_of(folder)
    if pack.is_file():
        try:
            with zipfile.ZipFile(pack) as opened:
                names = opened.namelist()
        except (OSError, *UNREADABLE_ZIP) as error:
            raise ValueError(str(error)) from error
        packed = (name.removesuffix(".json") for name in names if name.endswith(".json"))
        found |= {stem: Member(stem, pack) for stem in packed}
    return [found[stem] for stem in sorted(found)]


def days_in(directory: Path) -> list[Path]:
    """Return the folders of all days, packed or not, oldest first; a packed one may not exist."""
    loose = (path for path in directory.glob("[0-9]*/[0-9]*/[0-9]*") if path.is_dir())
    packed = (path.with_suffix("") for path in directory.glob("[0-9]*/[0-9]*/[0-9]*.zip"))
    return sorted({*loose, *packed})


def write_pack(folder: Path, present: Iterable[Member]) -> Path:
    """Write the pack of a day in one step with these responses, loose or packed before.

    Raises:
        OSError: it cannot be written; the old pack is unchanged.
    """
    pack = pack_of(folder)
    with (
        replacing(pack, part=pack.with_name(f".{pack.name}.part")) as part,
        zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as writing,
    ):
        for member in present:
            for suffix in (".json", ".gz"):
                # of one time, so that a pack depends on its responses only
                name = zipfile.ZipInfo(f"{member.stem}{suffix}")
                writing.writestr(name, _content(member, suffix))
    return pack


def _content(member: Member, suffix: str) -> bytes:
    if member.is_packed:
        return member.read(suffix, most_bytes=1 << 30)
    return read_regular(member.place / f"{member.stem}{suffix}")


def remove_loose(folder: Path, stems: Iterable[str]) -> None:
    """Delete the loose files of responses that are in the pack, and the folder if it is empty."""
    for stem in stems:
        for suffix in (".json", ".gz"):
            (folder / f"{stem}{suffix}").unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
