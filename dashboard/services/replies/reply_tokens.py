"""Tokens by which other systems read the approved replies: shown once, stored as a hash, revoked at once."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from connectors.storage.read import get_token, get_tokens
from connectors.storage.reply_rows import TokenRow
from connectors.storage.rows import AuditRow
from connectors.storage.write import add_audit, note_token_use, upsert_token

PREFIX: Final = "andrang_"
_BYTES: Final = 32
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


class TokenError(ValueError):
    """A token cannot be made or revoked; says what, what was got and what to do."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as others may see it."""

    name: str
    made_at: datetime
    made_by: str
    used_at: datetime | None
    revoked_at: datetime | None


def make_token(session: Session, name: str, *, by: str, now: datetime) -> str:
    """A new token; it is not stored, so this is the only time it can be read."""
    key = name.strip().casefold()
    if not _NAME.fullmatch(key):
        raise TokenError(f"a token's name has 2 to 64 of the characters a-z, 0-9, '.', '_' and '-', got {name!r}")
    if any(row.name == key and row.revoked_at is None for row in get_tokens(session)):
        raise TokenError(f"there is a token named {key!r}; revoke it first, or take another name")
    secret = PREFIX + secrets.token_urlsafe(_BYTES)
    upsert_token(session, TokenRow(key, _hash(secret), now, by))
    add_audit(session, AuditRow(now, by, "token.add", key, ""))
    return secret


def revoke_token(session: Session, name: str, *, by: str, now: datetime) -> None:
    """From now on the token opens nothing."""
    key = name.strip().casefold()
    row = next((row for row in get_tokens(session) if row.name == key and row.revoked_at is None), None)
    if row is None:
        raise TokenError(f"no token in use is named {name!r}; `andrang token list` shows all")
    upsert_token(session, replace(row, revoked_at=now))
    add_audit(session, AuditRow(now, by, "token.revoke", key, ""))


def list_tokens(session: Session) -> list[Token]:
    """All tokens by name, the revoked ones among them."""
    return [Token(r.name, r.made_at, r.made_by, r.used_at, r.revoked_at) for r in get_tokens(session)]


def token_name(session: Session, secret: str) -> str | None:
    """The name of the token that was shown; None where it is unknown or revoked."""
    row = get_token(session, _hash(secret)) if secret.startswith(PREFIX) and len(secret) <= 128 else None
    return row.name if row and row.revoked_at is None else None


def note_use(session: Session, name: str, now: datetime) -> None:
    """Remember that a token was used."""
    note_token_use(session, name, now)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
