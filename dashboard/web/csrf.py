"""Forged requests: a token in every form, and in a header of every post that Dash or live.js sends."""

from __future__ import annotations

from flask import Flask, request
from flask_login import current_user
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from dashboard.components.visit import ServicesLike

COOKIE = "_csrf_token"  # the name Dash's renderer reads, to send it back as X-CSRFToken


def install(server: Flask, services: ServicesLike) -> None:
    """Check the token on every post; it is bound to the session and lives as long."""
    server.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=services.settings.web.secure_cookies)
    CSRFProtect(server)

    def offer(response: Response) -> Response:
        if response.mimetype == "text/html" and request.method == "GET" and current_user.is_authenticated:
            secure = services.settings.web.secure_cookies
            response.set_cookie(COOKIE, generate_csrf(), samesite="Strict", secure=secure, httponly=False)
        return response

    server.after_request(offer)
