"""Print the service with its schedule as a file of Docker Compose or Podman Compose.

The survey's directory has the same path inside as outside, so that absolute paths in its settings
hold.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from pipeline.operate.units.files import UnitFile
from pipeline.operate.units.installation import SECRETS_FILE, Installation
from pipeline.operate.units.yaml_text import flow, quoted

_SERVICE = "living-survey"
#: what the request limiter of this container is kept in, so that it survives the container
_STATE = "XDG_STATE_HOME"


def compose(installation: Installation) -> tuple[UnitFile, ...]:
    """Return the file."""
    return (UnitFile("compose.yaml", "\n".join(_lines(installation)) + "\n"),)


def _lines(installation: Installation) -> Iterator[str]:
    root = installation.root
    yield "# Living Survey: the review pages and all jobs, in one container."
    yield "# Start: docker compose up --detach    Log: docker compose logs living-survey"
    yield "# A job by hand: docker compose exec living-survey living-survey run"
    yield f"name: {_SERVICE}"
    yield "services:"
    yield f"  {_SERVICE}:"
    yield f"    image: {_SERVICE}"
    if installation.source:
        yield "    build:"
        yield f"      context: {_escaped(str(installation.source))}"
        yield "      dockerfile: Containerfile"
    else:
        yield "    # Build it in a checkout: docker build -f Containerfile -t living-survey ."
    yield f"    command: {_flow(('serve', '--schedule', *installation.options))}"
    owner = root.stat() if root.exists() else os.stat(".")  # noqa: PTH116  of what is there
    yield "    # the owner of the survey's directory"
    yield f'    user: "{owner.st_uid}:{owner.st_gid}"'
    yield f"    working_dir: {_escaped(str(root))}"
    yield "    # The pages listen on 127.0.0.1 only, so the container shares the machine's network."
    yield f"    # Open http://127.0.0.1:{installation.port}/ with the token that the log shows."
    yield "    network_mode: host"
    yield "    init: true"
    yield "    restart: unless-stopped"
    yield "    stop_grace_period: 60s"
    yield "    environment:"
    yield f"      {_STATE}: {_escaped(str(root / '.state'))}"
    for name, text in installation.variables.items():
        yield f"      {name}: {_escaped(text)}"
    yield "    env_file:"
    yield f"      - path: {_escaped(str(root / SECRETS_FILE))}"
    yield f"        required: {str(bool(installation.secrets)).lower()}"
    yield "    volumes:"
    for path in (root, *_outside(installation)):
        yield "      - type: bind"
        yield f"        source: {_escaped(str(path))}"
        yield f"        target: {_escaped(str(path))}"
    yield "    logging:"
    yield "      options:"
    yield '        max-size: "10m"'
    yield '        max-file: "5"'


def _outside(installation: Installation) -> list[Path]:
    """Return the paths of the settings that are in no directory named before."""
    kept: list[Path] = []
    for path in installation.paths:
        if not any(path.is_relative_to(each) for each in (installation.root, *kept)):
            kept.append(path)
    return kept


def _escaped(text: str) -> str:
    """Return a scalar in which Compose replaces no variable."""
    return quoted(text.replace("$", "$$"))


def _flow(words: tuple[str, ...]) -> str:
    return flow(tuple(word.replace("$", "$$") for word in words))
