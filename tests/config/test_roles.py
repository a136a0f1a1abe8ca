"""Roles of accounts."""

import pytest

from config.roles import Role


@pytest.mark.parametrize("role", list(Role))
def test_each_role_includes_those_before(role: Role) -> None:
    order = list(Role)
    included = [other for other in Role if role.includes(other)]
    assert included == order[: order.index(role) + 1]
