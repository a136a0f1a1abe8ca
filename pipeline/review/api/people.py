"""Decide for whom a token speaks, and what that person may do."""

from dataclasses import dataclass

from config.roles import Role
from config.scopes import NEEDED, Scope
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose token it is."""

    #: as recorded with decisions
    name: str
    role: Role

    def may(self, scope: Scope) -> bool:
        """Return whether the role allows a scope."""
        return self.role.includes(NEEDED[scope])


def holder_of(store: Store, name: str) -> Holder | None:
    """Return the person of a token; None if their account is disabled or there is none.

    Without accounts the one person on this machine is an admin.
    """
    account = store.accounts.get(name)
    if account is not None:
        return None if account.disabled else Holder(account.name, account.role)
    return None if store.accounts.exist() else Holder(name, Role.ADMIN)
