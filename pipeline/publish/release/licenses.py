"""Read an identifier of the SPDX licence list (https://spdx.org/licenses/)."""

from packaging.licenses import _spdx

from config.errors import UsageError
from config.nearest import nearest

#: by identifier in lower case
_IDENTIFIERS = {key: one["id"] for key, one in _spdx.LICENSES.items()}


def spdx_identifier(text: str) -> str:
    """Return an identifier as SPDX writes it.

    Raises:
        UsageError: it is none; the message names the nearest.
    """
    found = _IDENTIFIERS.get(text.strip().lower())
    if found is not None:
        return found
    near = nearest(text, _IDENTIFIERS.values(), cutoff=0.6)
    meant = f"Did you mean {near[0]}? " if near else ""
    raise UsageError(
        f"{text!r:.60} is no licence of SPDX.",
        hint=f"{meant}Give one identifier of https://spdx.org/licenses/ such as CC-BY-4.0.",
    )
