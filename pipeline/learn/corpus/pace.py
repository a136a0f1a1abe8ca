"""Say how much time is left, from what was done so far."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def left(done: int, total: int, seconds: float) -> str:
    """Return how long the rest takes at the mean pace so far.

    Args:
        done: bytes of what is done.
        total: bytes of everything.
        seconds: since the start, with the start of the workers in it.
    """
    if done >= total:
        return "nothing left"
    if done <= 0:
        return "time left not known yet"
    return f"about {duration(seconds * (total - done) / done)} left"


def duration(seconds: float) -> str:
    """Return a duration in its two largest units: `1 h 20 min`."""
    if round(seconds) < _MINUTE:
        return f"{max(1, round(seconds))} s"
    for unit, name, smaller, rest in (
        (_DAY, "d", _HOUR, "h"),
        (_HOUR, "h", _MINUTE, "min"),
        (_MINUTE, "min", 1, "s"),
    ):
        whole = round(seconds / smaller) * smaller
        if whole >= unit:
            number, over = divmod(whole, unit)
            return f"{number} {name} {over // smaller} {rest}" if over else f"{number} {name}"
    return f"{round(seconds)} s"
