"""Who is logged in: Flask-Login on the accounts of the store, in a signed cookie."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, session
from flask_login import LoginManager, login_user

from dashboard.components.visit import ServicesLike
from dashboard.services import accounts
from dashboard.services.accounts import Account
from dashboard.web.memory import Memory

LIFETIME = timedelta(hours=14)  # a shift and what follows it; renewed while the board is looked at
RENEW_AFTER_S = 600.0
AT_THE_DOOR = "chosen_at_the_door"  # a choice made before the login, not one left over from somebody else's session
KNOWN_FOR_S = 5.0  # a thousand viewers poll: an account is read once in this time, and a closed one is out as soon


class Visitor:
    """An account as Flask-Login wants it."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, account: Account) -> None:
        self.account = account

    def get_id(self) -> str:
        """The account's name, which the session cookie holds."""
        return self.account.name


def install(server: Flask, services: ServicesLike) -> None:
    """Secure cookies and the loader of accounts."""
    server.config.update(
        SESSION_COOKIE_NAME="andrang_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=services.settings.web.secure_cookies,
        PERMANENT_SESSION_LIFETIME=LIFETIME,
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    known: Memory[Account | None] = Memory(KNOWN_FOR_S)

    def load(name: str) -> Visitor | None:
        account = known.recall(name, lambda: services.ask(accounts.get_account, name))
        return Visitor(account) if account else None

    manager: Any = LoginManager(server)
    manager.session_protection = "basic"
    manager.user_loader(load)


def enter(account: Account, *, now_s: float, language: str | None = None) -> None:
    """Log an account in, in a session of its own; what was chosen at the door holds over what the account keeps."""
    chosen = dict(session) if session.get(AT_THE_DOOR) else {}
    session.clear()
    login_user(Visitor(account))
    session.permanent = True
    session.update(
        language=chosen.get("language") or language or account.language,
        theme=chosen.get("theme") or account.theme,
        seen=now_s,
    )


def renew(now_s: float) -> None:
    """Move the end of a session that is in use, but not with every request."""
    if abs(now_s - float(session.get("seen", 0))) > RENEW_AFTER_S:
        session["seen"] = now_s
