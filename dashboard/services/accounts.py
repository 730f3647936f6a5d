"""Accounts: who may log in, with which role, language and theme; passwords are kept as argon2id hashes only."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from connectors.storage.read import get_user, get_users
from connectors.storage.rows import AuditRow, UserRow
from connectors.storage.write import add_audit, upsert_user
from dashboard.domain.people import Right, Role, may

LANGUAGES: Final = ("de", "en")
THEMES: Final = ("auto", "light", "dark")
PASSWORD_MIN: Final = 12
PASSWORD_MAX: Final = 256  # argon2 reads it all; without a bound a login could be made expensive
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
_HASHER = PasswordHasher()


class AccountError(ValueError):
    """An account cannot be made or changed; says what, what was got and what to do."""


class ForbiddenError(PermissionError):
    """An account lacks the right that an action asks for."""

    def __init__(self, right: Right) -> None:
        super().__init__(f"this account lacks the right {right.value!r}; a manager or administrator can help")
        self.right = right


@dataclass(frozen=True, slots=True)
class Account:
    """A person who is logged in."""

    name: str
    role: Role
    language: str = "de"
    theme: str = "auto"

    def may(self, right: Right) -> bool:
        """Whether the person's role has a right."""
        return may(self.role, right)

    def require(self, right: Right) -> None:
        """Raise ForbiddenError unless the person's role has a right."""
        if not self.may(right):
            raise ForbiddenError(right)


def authenticate(session: Session, name: str, password: str, *, now: datetime) -> Account | None:
    """The account that name and password open, or None; both are audited, so the caller has to commit.

    An unknown or inactive name costs one hash as well, so that the time taken does not tell whether it exists.
    """
    row = get_user(session, name.strip().casefold()) if len(name) <= 64 else None
    stored = row.password_hash if row else _nobodys_hash()
    right = _matches(stored, password[:PASSWORD_MAX]) and len(password) <= PASSWORD_MAX
    if row is None or not row.active or not right:
        _audit(session, row.name if row else "", action="login.refused", subject=_printable(name), now=now)
        return None
    if _HASHER.check_needs_rehash(row.password_hash):
        upsert_user(session, replace(row, password_hash=_HASHER.hash(password)))
    _audit(session, row.name, action="login", subject=row.name, now=now)
    return _account(row)


def get_account(session: Session, name: str) -> Account | None:
    """An active account by its name."""
    row = get_user(session, name)
    return _account(row) if row and row.active else None


def get_accounts(session: Session) -> list[Account]:
    """All active accounts, by name."""
    return [_account(row) for row in get_users(session) if row.active]


def add_user(
    session: Session,
    name: str,
    *,
    role: Role,
    password: str,
    by: str,
    now: datetime,
    language: str = "de",
    theme: str = "auto",
) -> Account:
    """Add an account; raises AccountError for a taken or unusable name or a weak password."""
    key = name.strip().casefold()
    if not _NAME.fullmatch(key):
        raise AccountError(f"a name has 2 to 64 of the characters a-z, 0-9, '.', '_', '@' and '-', got {name!r}")
    if get_user(session, key):
        raise AccountError(f"the name {key!r} is taken; choose another, or set that account's password instead")
    _check_password(key, password)
    _check_preferences(language, theme)
    row = UserRow(key, Role(role).value, _HASHER.hash(password), language, theme, active=True)
    upsert_user(session, row)
    _audit(session, by, action="user.add", subject=key, detail=row.role, now=now)
    return _account(row)


def set_password(session: Session, name: str, *, password: str, by: str, now: datetime) -> None:
    """Give an account another password."""
    row = _existing(session, name)
    _check_password(row.name, password)
    upsert_user(session, replace(row, password_hash=_HASHER.hash(password)))
    _audit(session, by, action="user.password", subject=row.name, now=now)


def set_preferences(
    session: Session, name: str, *, now: datetime, language: str | None = None, theme: str | None = None
) -> Account:
    """Keep a person's own choice of language and theme; None leaves one as it is."""
    row = _existing(session, name)
    changed = replace(row, language=language or row.language, theme=theme or row.theme)
    _check_preferences(changed.language, changed.theme)
    if changed != row:
        upsert_user(session, changed)
        detail = f"language={changed.language} theme={changed.theme}"
        _audit(session, row.name, action="user.preferences", subject=row.name, detail=detail, now=now)
    return _account(changed)


def set_active(session: Session, name: str, *, active: bool, by: str, now: datetime) -> None:
    """Close an account, or open it again; the last active administrator stays."""
    row = _existing(session, name)
    if not active and row.role == Role.ADMINISTRATOR and _other_administrators(session, row.name) == 0:
        raise AccountError(f"{row.name!r} is the last active administrator; add another one first")
    upsert_user(session, replace(row, active=active))
    _audit(session, by, action="user.open" if active else "user.close", subject=row.name, now=now)


def _other_administrators(session: Session, name: str) -> int:
    return sum(u.active and u.role == Role.ADMINISTRATOR and u.name != name for u in get_users(session))


def _account(row: UserRow) -> Account:
    return Account(row.name, Role(row.role), row.language, row.theme)


def _existing(session: Session, name: str) -> UserRow:
    row = get_user(session, name.strip().casefold())
    if row is None:
        raise AccountError(f"there is no account named {name!r}; `andrang user add` makes one")
    return row


def _check_password(name: str, password: str) -> None:
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise AccountError(
            f"a password has {PASSWORD_MIN} to {PASSWORD_MAX} characters, got {len(password)}; several words are good"
        )
    if name in password.casefold() and len(password) - len(name) < PASSWORD_MIN // 2:
        raise AccountError("a password must not be the account's name; several words are good")
    if len(set(password)) < 5:
        raise AccountError("a password needs at least five different characters; several words are good")


def _check_preferences(language: str, theme: str) -> None:
    if language not in LANGUAGES:
        raise AccountError(f"language must be one of {', '.join(LANGUAGES)}, got {language!r}")
    if theme not in THEMES:
        raise AccountError(f"theme must be one of {', '.join(THEMES)}, got {theme!r}")


def _matches(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _HASHER.hash("the hash that an unknown name is compared with")


def _printable(name: str) -> str:
    return "".join(c for c in name if c.isprintable())[:64]


def _audit(session: Session, user: str, *, action: str, subject: str, now: datetime, detail: str = "") -> None:
    add_audit(session, AuditRow(now, user, action, subject, detail))
