"""Headers that keep the page to itself: nothing is loaded from, sent to or framed by another house."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, request
from werkzeug.wrappers import Response

from dashboard.components.visit import ServicesLike

YEAR_S = 31_536_000


def content_policy(script_hashes: Sequence[str]) -> str:
    """The content security policy: Plotly and Dash need inline styles; inline scripts are out."""
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self'", *script_hashes)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-ancestors 'none'",
            "base-uri 'self'",
            "object-src 'none'",
            "form-action 'self'",
        )
    )


def install(server: Flask, services: ServicesLike) -> None:
    """Set the headers on every answer; `server.config["SCRIPT_HASHES"]` is known once the app is warm."""

    def harden(response: Response) -> Response:
        headers = response.headers
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        if response.mimetype == "text/html":
            headers["Content-Security-Policy"] = content_policy(server.config.get("SCRIPT_HASHES", ()))
            headers["X-Frame-Options"] = "DENY"
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
        if services.settings.web.secure_cookies:
            headers["Strict-Transport-Security"] = f"max-age={YEAR_S}"
        headers.setdefault("Cache-Control", "no-store")
        _let_keep(response)
        return response

    server.after_request(harden)


def _let_keep(response: Response) -> None:
    """Assets carry the time of their last change in the address, so a browser may keep them for a year."""
    if response.status_code == 200 and request.path.startswith("/assets/"):
        kept = "m" in request.args
        response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable" if kept else "no-cache"
    elif request.path.startswith("/_dash-component-suites/") and response.cache_control.max_age:
        response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable"
