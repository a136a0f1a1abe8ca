"""Check what a person may do who is named at the terminal."""

from config.errors import UsageError
from config.roles import Role
from storage.store import Store


def check_role(store: Store, name: str, needed: Role) -> None:
    """Raise UsageError if there are accounts and the person's does not have the role.

    Args:
        store: the open store.
        name: of the person.
        needed: the role.
    """
    if not store.accounts.exist():
        return  # one person on this machine, who may do everything
    account = store.accounts.get(name)
    if account is None or account.disabled or not account.role.includes(needed):
        raise UsageError(
            f"{name} is not {'an admin' if needed is Role.ADMIN else f'a {needed}'} of this"
            " survey, and this needs one.",
            hint="Name one who is with `--reviewer NAME`; `living-survey reviewer list` shows the"
            " accounts.",
        )
