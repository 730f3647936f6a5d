"""The visit of whoever made the present request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from flask import g, request, session
from flask_login import current_user

from dashboard.components.catalogue import LANGUAGES
from dashboard.components.visit import ServicesLike, Visit
from dashboard.components.words import Words
from dashboard.services.accounts import THEMES, Account


def current_account() -> Account:
    """Who is logged in; every page and callback lies behind the login, so there is somebody."""
    return cast(Account, current_user.account)


def current_language(services: ServicesLike) -> str:
    """The language chosen in this session, else the browser's, else the installation's."""
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(LANGUAGES) or services.settings.web.language


def current_theme() -> str:
    """The theme chosen in this session: auto, light or dark."""
    chosen = session.get("theme")
    return str(chosen) if chosen in THEMES else "auto"


def current_words(services: ServicesLike) -> Words:
    """The words of this session on the centre's clock."""
    if "words" not in g:
        g.words = Words(current_language(services), timezone=services.settings.board.timezone)
    return cast(Words, g.words)


def current_visit(services: ServicesLike, parameters: Mapping[str, str] | None = None) -> Visit:
    """The visit of the present request."""
    return Visit(current_words(services), current_account(), services, dict(parameters or {}))
