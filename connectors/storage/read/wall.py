"""The links that open the wall."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.alert_rows import WallLinkRow

_LINK = schema.wall_link
_COLUMNS = [column for column in _LINK.c if column.name != "token_hash"]


def get_wall_links(session: Session) -> list[WallLinkRow]:
    """All links, newest first; revoked ones as well."""
    found = session.execute(select(*_COLUMNS).order_by(_LINK.c.created_at.desc(), _LINK.c.id.desc()))
    return [WallLinkRow(**row._mapping) for row in found]


def get_wall_link(session: Session, token_hash: str) -> WallLinkRow | None:
    """The link with this token, unless it was revoked."""
    wanted = select(*_COLUMNS).where(_LINK.c.token_hash == token_hash, _LINK.c.revoked_at.is_(None))
    found = session.execute(wanted).one_or_none()
    return None if found is None else WallLinkRow(**found._mapping)
