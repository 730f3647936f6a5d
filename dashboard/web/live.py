"""The live figures: one stored snapshot for all viewers, served by its ETag."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, abort, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from dashboard.components.current import current_account, current_language
from dashboard.components.visit import ServicesLike
from dashboard.domain.people import Right
from dashboard.services.board import live_snapshot
from dashboard.web.memory import Memory

KEEP_S = 0.5
NOW, BEAT = "Andrang-Now", "Andrang-Beat"


@dataclass(frozen=True, slots=True)
class Live:
    """What the worker stored last for a page, and when it last said that it lives."""

    etag: str | None
    body: bytes
    beat_s: float | None


def install(server: Flask, services: ServicesLike, rights: Mapping[str, Right]) -> None:
    """The route /live/<page>; `rights` names the live pages and what each asks for."""
    memory: Memory[Live] = Memory(KEEP_S)

    def serve(page: str) -> ResponseReturnValue:
        if page not in rights:
            abort(404)
        if not current_account().may(rights[page]):
            abort(403)
        language = current_language(services)
        return answer(memory.recall(f"{page}.{language}", lambda: look_up(services, page, language)), services)

    server.add_url_rule("/live/<page>", "live", serve, methods=["GET"])


def look_up(services: ServicesLike, page: str, language: str) -> Live:
    """Ask the store."""
    row = services.ask(live_snapshot.current, page, language)
    beat = services.ask(live_snapshot.last_beat)
    return Live(row.etag if row else None, row.body if row else b"", beat.timestamp() if beat else None)


def answer(live: Live, services: ServicesLike) -> Response:
    """The figures, or 304 where the browser has them; the time and the worker's last beat in either case."""
    response = _content(live)
    response.headers[NOW] = f"{services.clock().timestamp():.2f}"
    if live.beat_s is not None:
        response.headers[BEAT] = f"{live.beat_s:.0f}"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _content(live: Live) -> Response:
    if live.etag is None:
        return Response(status=204)  # the worker has not drawn this page yet
    if live.etag in request.if_none_match:
        response = Response(status=304)
    elif request.accept_encodings.quality("gzip") > 0:
        response = Response(live.body, mimetype="application/json", headers={"Content-Encoding": "gzip"})
    else:
        response = Response(gzip.decompress(live.body), mimetype="application/json")
    response.set_etag(live.etag)
    response.vary.update(("Accept-Encoding", "Cookie"))
    return response
