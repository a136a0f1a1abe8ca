"""Read records made of `tag=value` parts, as DKIM (RFC 6376, 3.2) and DMARC have them."""


def parse_tags(text: str) -> dict[str, str] | None:
    """Return the values by tag in their order; None if a part is no tag or stands twice."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        if not part.strip():
            continue
        name, sign, value = part.partition("=")
        name = name.strip()
        if not sign or not name or name in found:
            return None
        found[name] = value.strip()
    return found


def with_tags(text: str, changes: dict[str, str]) -> str:
    """Return a record with these tags set; what cannot be read is left out."""
    kept: dict[str, str] = {}
    for part in text.split(";"):
        name, sign, value = part.partition("=")
        if sign and name.strip():
            kept.setdefault(name.strip(), value.strip())
    return "; ".join(f"{name}={value}" for name, value in (kept | changes).items())
