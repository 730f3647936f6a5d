"""/wall: the kiosk's shell, which holds no data, and /wall/live: its figures, for a token that a manager made."""

from __future__ import annotations

import orjson
from flask import Flask, abort, render_template, request
from flask.typing import ResponseReturnValue

from dashboard.components.catalogue import LANGUAGES
from dashboard.components.visit import ServicesLike
from dashboard.components.wall import COLUMNS, FANS, FIGURES
from dashboard.components.words import Words
from dashboard.services.accounts import THEMES
from dashboard.services.board import wall_links
from dashboard.web import live
from dashboard.web.frame import ASSETS
from dashboard.web.memory import Memory

NAME = "wall"
TOKEN, BUILD = "Andrang-Wall", "Andrang-Build"
KNOWN_FOR_S = 2.0  # a revoked link is out as soon
SCRIPTS = ("10-core.js", "25-places.js", "40-rows.js", "50-plots.js", "wall/wall.js")
STYLES = ("10-tokens.css", "wall/wall.css")
# What ticks and what is said without the server, in the words of the board or of the wall.
WORDS = (
    *("age_s", "age_min", "age_h", "age_d", "overdue", "connecting", "lost", "trouble", "worker_silent"),
    *("data_age", "no_figures", "empty_rows"),
)
OWN_WORDS = ("keyless", "keyless_advice", "refused", "refused_advice", "lost_advice", "silent_advice", "next", "retry")


def install(server: Flask, services: ServicesLike) -> None:
    """Both routes; the guard lets them pass, the token is asked for here."""
    shown: Memory[live.Live] = Memory(live.KEEP_S)
    known: Memory[bool] = Memory(KNOWN_FOR_S)
    build = _build()

    def shell() -> ResponseReturnValue:
        language = _language(services)
        words = Words(language, timezone=services.settings.board.timezone)
        return render_template(
            "wall.html",
            words=words,
            wall_words=_words(words),
            language=language,
            theme=_theme(),
            build=build,
            scripts=SCRIPTS,
            styles=STYLES,
            figures=FIGURES,
            fans=FANS,
            columns=[column.split(":") for column in COLUMNS],
        )

    def figures() -> ResponseReturnValue:
        token = request.headers.get(TOKEN, "")
        if not known.recall(token, lambda: services.ask(wall_links.opens, token, now=services.clock())):
            abort(401)
        language = _language(services)
        found = shown.recall(language, lambda: live.look_up(services, NAME, language))
        response = live.answer(found, services)
        response.headers[BUILD] = build
        return response

    server.add_url_rule("/wall", "wall", shell, methods=["GET"])
    server.add_url_rule("/wall/live", "wall_live", figures, methods=["GET"])


def _language(services: ServicesLike) -> str:
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else services.settings.web.language


def _words(words: Words) -> str:
    said = {key: words(f"browser.{key}") for key in WORDS}
    return orjson.dumps(said | {f"wall_{key}": words(f"wall.{key}") for key in OWN_WORDS}).decode()


def _theme() -> str:
    asked = request.args.get("theme", "")
    return asked if asked in THEMES else "dark"


def _build() -> str:
    """The state of what the shell is made of: a wall that meets another one loads itself anew."""
    parts = [ASSETS / name for name in (*SCRIPTS, *STYLES)]
    parts.append(ASSETS.parent / "web" / "templates" / "wall.html")
    return f"{max(part.stat().st_mtime for part in parts):.0f}"
