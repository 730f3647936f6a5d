"""A person's language and theme: in the session at once, in the account for the next login."""

from __future__ import annotations

from flask import Flask, abort, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user

from dashboard.components.catalogue import LANGUAGES
from dashboard.components.current import current_account
from dashboard.components.visit import ServicesLike
from dashboard.services import accounts
from dashboard.services.accounts import THEMES
from dashboard.web.destination import safe_destination
from dashboard.web.sessions import AT_THE_DOOR


def install(server: Flask, services: ServicesLike) -> None:
    """The route /preferences, open before the login too: one wants to read the login page."""

    def prefer() -> ResponseReturnValue:
        language, theme = request.form.get("language"), request.form.get("theme")
        if language not in (None, *LANGUAGES) or theme not in (None, *THEMES):
            abort(400)
        session.update({key: value for key, value in (("language", language), ("theme", theme)) if value})
        if not current_user.is_authenticated:
            session[AT_THE_DOOR] = True
        else:
            name, now = current_account().name, services.clock()
            services.ask(accounts.set_preferences, name, now=now, language=language, theme=theme)
        wanted = request.form.get("next", "")
        return redirect(wanted if wanted == "/login" else safe_destination(wanted), 303)

    server.add_url_rule("/preferences", "preferences", prefer, methods=["POST"])
