"""The people of the board: four roles and what each may do."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a user is to the centre."""

    AGENT = "agent"
    PLANNER = "planner"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    """What an action asks for."""

    SEE_BOARD = "see_board"
    COPY_REPLY = "copy_reply"
    WRITE_REPLY = "write_reply"
    APPROVE_REPLY = "approve_reply"
    RUN_INCIDENT = "run_incident"
    PLAN_STAFF = "plan_staff"
    SEE_SOURCES = "see_sources"
    MANAGE_USERS = "manage_users"


_EVERYBODY = {Right.SEE_BOARD, Right.COPY_REPLY, Right.WRITE_REPLY}
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.AGENT: frozenset(_EVERYBODY),
    Role.PLANNER: frozenset(_EVERYBODY | {Right.PLAN_STAFF, Right.SEE_SOURCES}),
    Role.MANAGER: frozenset(
        _EVERYBODY | {Right.PLAN_STAFF, Right.SEE_SOURCES, Right.RUN_INCIDENT, Right.APPROVE_REPLY}
    ),
    Role.ADMINISTRATOR: frozenset(Right),
}


def may(role: Role, right: Right) -> bool:
    """Whether a role has a right."""
    return right in RIGHTS[role]
