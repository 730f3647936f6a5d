"""Log in and out. In a drill each demo account is one click away."""

from __future__ import annotations

from flask import Flask, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response

from dashboard.components.current import current_language
from dashboard.components.visit import ServicesLike
from dashboard.domain.people import Role
from dashboard.services import accounts
from dashboard.services.accounts import Account
from dashboard.web.destination import safe_destination
from dashboard.web.sessions import enter

# Only failures count, so that a whole centre behind one address can log in at once when the phones start to ring.
PER_NAME_AND_ADDRESS = "8 per minute; 40 per hour"
PER_NAME = "30 per minute"
PER_ADDRESS = "120 per minute"
ORDER = list(Role)


def install(server: Flask, services: ServicesLike) -> None:
    """The routes /login and /logout."""
    limiter = Limiter(get_remote_address, app=server, storage_uri="memory://", strategy="moving-window")

    def log_in() -> ResponseReturnValue:
        if request.method == "GET":
            return _form(services) if not current_user.is_authenticated else redirect(_next(), 303)
        account = _asked_for(services)
        if account is None:
            return _form(services, refused=True), 401
        # Nobody has set a demo account's language: the browser's fits a newcomer better than the installation's.
        language = current_language(services) if "demo" in request.form else None
        enter(account, now_s=services.clock().timestamp(), language=language)
        return redirect(_next(), 303)

    for limit, key in (
        (PER_NAME_AND_ADDRESS, lambda: f"{_name()}@{get_remote_address()}"),
        (PER_NAME, lambda: _name() or "nobody"),
        (PER_ADDRESS, get_remote_address),
    ):
        log_in = limiter.limit(limit, key_func=key, methods=["POST"], deduct_when=_refused)(log_in)
    server.add_url_rule("/login", "login", log_in, methods=["GET", "POST"])
    server.add_url_rule("/logout", "logout", _log_out, methods=["POST"])


def _asked_for(services: ServicesLike) -> Account | None:
    demo = request.form.get("demo")
    if demo is not None:
        return next((one for one in _demo_accounts(services) if one.name == demo), None)
    now = services.clock()
    return services.ask(accounts.authenticate, _name(), request.form.get("password", ""), now=now)


def _demo_accounts(services: ServicesLike) -> list[Account]:
    """The accounts offered without a password: in a drill only, and there only those named after their role."""
    if not services.settings.drill:
        return []
    offered = [one for one in services.ask(accounts.get_accounts) if one.name == one.role.value]
    return sorted(offered, key=lambda one: ORDER.index(one.role))


def _form(services: ServicesLike, *, refused: bool = False) -> str:
    return render_template(
        "login.html",
        name=_name(),
        next=safe_destination(request.values.get("next")),
        refused=refused,
        demo=_demo_accounts(services),
    )


def _log_out() -> ResponseReturnValue:
    language, theme = session.get("language"), session.get("theme")
    logout_user()
    session.clear()
    session.update({key: value for key, value in (("language", language), ("theme", theme)) if value})
    return redirect("/login", 303)


def _name() -> str:
    return request.form.get("name", "").strip().casefold()[:64]


def _next() -> str:
    return safe_destination(request.values.get("next"))


def _refused(response: Response) -> bool:
    return response.status_code == 401
