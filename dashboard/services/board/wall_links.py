"""The links that open the wall: made and revoked by a manager, good for the wall and for nothing else.

A link's token stands once in the address that is handed out; the store keeps its hash alone.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from connectors.storage.alert_rows import WallLinkRow
from connectors.storage.read import get_wall_link, get_wall_links
from connectors.storage.rows import AuditRow
from connectors.storage.write import add_audit, add_wall_link, note_wall_seen, revoke_wall_link
from dashboard.domain.people import Right
from dashboard.services.accounts import Account

MOST_NAME = 60
__all__ = ["WallError", "WallLinkRow", "address", "links", "make", "make_as", "opens", "revoke", "revoke_as"]
TOKEN_LENGTH = 43  # of 32 random bytes in base64url
SEEN_EVERY = timedelta(minutes=1)


class WallError(ValueError):
    """A link that cannot be made or revoked: `problem` is name, length or unknown."""

    def __init__(self, problem: str, message: str) -> None:
        super().__init__(message)
        self.problem = problem


def make(session: Session, name: str, *, by: Account, now: datetime) -> str:
    """Make a link and return its token, which nobody can read again."""
    by.require(Right.RUN_INCIDENT)
    return make_as(session, name, by=by.name, now=now)


def make_as(session: Session, name: str, *, by: str, now: datetime) -> str:
    """The same from the command line, where nobody is logged in."""
    shown = " ".join("".join(c for c in name if c.isprintable()).split())
    if not shown:
        raise WallError("name", "a wall link needs a name, got none; say where the screen hangs")
    if len(shown) > MOST_NAME:
        raise WallError("length", f"the name of a wall link has at most {MOST_NAME} characters, got {len(shown)}")
    token = secrets.token_urlsafe(32)
    made = add_wall_link(session, shown, token_hash=_hash(token), by=by, now=now)
    add_audit(session, AuditRow(now, by, "wall.add", f"{made} {shown}", ""))
    return token


def revoke(session: Session, link_id: int, *, by: Account, now: datetime) -> None:
    """Close a link for good; its screens say so within one refresh."""
    by.require(Right.RUN_INCIDENT)
    revoke_as(session, link_id, by=by.name, now=now)


def revoke_as(session: Session, link_id: int, *, by: str, now: datetime) -> None:
    """The same from the command line."""
    if not revoke_wall_link(session, link_id, by=by, now=now):
        raise WallError("unknown", f"there is no open wall link {link_id}; `andrang wall list` shows them")
    add_audit(session, AuditRow(now, by, "wall.revoke", str(link_id), ""))


def links(session: Session) -> list[WallLinkRow]:
    """All links, open ones first, then newest first."""
    return sorted(get_wall_links(session), key=lambda row: row.revoked_at is not None)


def opens(session: Session, token: str, *, now: datetime) -> bool:
    """Whether a token opens the wall; when it last did is kept to the minute."""
    if len(token) != TOKEN_LENGTH:
        return False
    row = get_wall_link(session, _hash(token))
    if row is None:
        return False
    if row.seen_at is None or now - row.seen_at >= SEEN_EVERY:
        note_wall_seen(session, row.id, now=now)
    return True


def address(origin: str, token: str, *, language: str, theme: str) -> str:
    """The address for the screen. The token stands behind the #, so that no log on the way ever holds it."""
    return f"{origin.rstrip('/')}/wall?lang={language}&theme={theme}#{token}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
