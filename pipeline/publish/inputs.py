"""Tell from its inputs that a target needs no new build, which takes far longer than reading them.

The digest covers everything that a build reads: what the target names, and the program itself. So
equal inputs give equal bytes; `verify` builds anyway and compares them.
"""

import hashlib
import sys
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from importlib.resources import files
from importlib.resources.abc import Traversable

from pipeline.publish.publication import Build, BuiltFile, Inputs
from pipeline.publish.recorded import sha256_of
from pipeline.publish.targets import Target
from pipeline.runtime.services import Services
from storage.publication_types import Publication

_PACKAGES = ("classifiers", "config", "pipeline", "storage")
#: libraries whose versions may change bytes
_LIBRARIES = ("jinja2", "latex2mathml", "lxml", "markupsafe", "numpy", "scikit-learn", "scipy")
_SKIPPED = frozenset({"__pycache__"})


def digest_of_inputs(inputs: Inputs) -> str:
    """Return the digest of all that a build is made of, the program included."""
    digest = hashlib.sha256(program_digest().encode())
    for part in inputs.parts:
        digest.update(repr(part).encode("utf-8", "backslashreplace"))
        digest.update(b"\0")
    return digest.hexdigest()


@cache  # because the program does not change while it runs
def program_digest() -> str:
    """Return a digest of the program's files, of Python and of the libraries that shape bytes."""
    digest = hashlib.sha256(sys.version.encode())
    for name in _LIBRARIES:
        digest.update(f"{name} {metadata.version(name)}\0".encode())
    for package in _PACKAGES:
        for path, data in _contents(files(package), package):
            digest.update(f"{path} {len(data)}\0".encode())
            digest.update(data)
    return digest.hexdigest()


def _contents(place: Traversable, path: str) -> Iterable[tuple[str, bytes]]:
    for one in sorted(place.iterdir(), key=lambda one: one.name):
        if one.name in _SKIPPED:
            continue
        if one.is_dir():
            yield from _contents(one, f"{path}/{one.name}")
        else:
            yield f"{path}/{one.name}", one.read_bytes()


def unchanged(services: Services, target: Target, last: Publication, inputs: str) -> Build | None:
    """Return the last publication as a build if its inputs and files are as they were, else None.

    Args:
        services: of this call.
        target: what is published.
        last: its last publication.
        inputs: of a build now.
    """
    if not inputs:
        return None
    root = services.settings.root
    with services.open_store() as store:
        if store.publications.inputs(last.act_id) != inputs:
            return None
        written = store.publications.files(target.name)
    recorded = {file.path: file.sha256 for file in last.files}
    if any((root / name).exists() for name in written.keys() - recorded.keys()):
        return None
    built = []
    for name, sha256 in recorded.items():
        data = target.content(root / name)
        if data is None or sha256_of(data) != sha256:
            return None
        built.append(BuiltFile(root / name, data))
    return Build(
        target=target.name,
        files=tuple(built),
        entries=last.entries,
        counts=last.counts,
        recounted=last.counts,
        rolling=True,
    )
