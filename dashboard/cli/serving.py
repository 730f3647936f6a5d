"""The parts of a running installation: the listening socket, the web server, the worker, and the first answer."""

from __future__ import annotations

import errno
import http.client
import socket
from collections.abc import Mapping
from pathlib import Path

from dashboard.cli.supervisor import Child, python
from dashboard.settings import SettingsError, WebSettings

BACKLOG = 2048
# Asked until it answers; it needs no login and reads the store.
READY_PATH = "/login"
# Named in the worker's environment: a file before whose appearance it does not begin.
START_AFTER = "ANDRANG_START_AFTER"
_PROBE_TIMEOUT_S = 2.0


def listen(web: WebSettings) -> socket.socket:
    """Bind and listen before anything else starts; port 0 picks a free one. Raises SettingsError when it is taken.

    The supervisor keeps the socket, so a web server that is restarted loses no connection: they wait in the backlog.
    """
    family, _, _, _, address = _resolve(web)
    taken = socket.socket(family, socket.SOCK_STREAM)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
        taken.listen(BACKLOG)
    except OSError as error:
        taken.close()
        raise SettingsError(_why_not(error, web)) from error
    return taken


def address_of(listener: socket.socket) -> str:
    """The address to type into a browser on this machine."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}/"


def web_server(web: WebSettings, listener: socket.socket, *, environment: Mapping[str, str]) -> Child:
    """Gunicorn with threads; the app is loaded before the workers fork, so no first request meets a cold one."""
    memory = Path("/dev/shm")
    command = python(
        *("-m", "gunicorn", "dashboard.wsgi:app", "--bind", f"fd://{listener.fileno()}"),
        *("--worker-class", "gthread", "--workers", str(web.workers), "--threads", str(web.threads), "--preload"),
        *("--timeout", "60", "--graceful-timeout", "3", "--keep-alive", "15", "--log-level", "warning"),
        "--no-control-socket",
        *(("--worker-tmp-dir", str(memory)) if memory.is_dir() else ()),
    )
    return Child("web", command, environment, keep_open=(listener.fileno(),))


def worker(environment: Mapping[str, str]) -> Child:
    """The process that pulls sources, forecasts and writes snapshots."""
    return Child("worker", python("-m", "dashboard.jobs"), environment)


def puller(environment: Mapping[str, str], number: int) -> Child:
    """One of the processes that share the pulling of sources over a broker."""
    return Child(f"puller {number}", python("-m", "dashboard.jobs.celery_worker"), environment)


def feeder(environment: Mapping[str, str]) -> Child:
    """The process that writes a drill's source files as its clock passes."""
    return Child("feeder", python("-m", "dashboard.jobs.drill"), environment)


def answers(address: str) -> bool:
    """Whether the web server gives a page."""
    host, _, port = address.removeprefix("http://").rstrip("/").rpartition(":")
    connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=_PROBE_TIMEOUT_S)
    try:
        connection.request("GET", READY_PATH)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _resolve(web: WebSettings) -> tuple[int, int, int, str, tuple[str | int, ...]]:
    try:
        found = socket.getaddrinfo(web.host, web.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise SettingsError(f"[web] host {web.host!r} is no address of this machine: {error}") from error
    return found[0]  # type: ignore[return-value]


def _why_not(error: OSError, web: WebSettings) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {web.port} on {web.host} is taken by another program; stop it, or choose another with --port or "
            "[web] port (0 picks a free one)"
        )
    if error.errno == errno.EACCES:
        return f"port {web.port} may not be opened by this user; choose one above 1023"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"[web] host {web.host!r} is no address of this machine; 127.0.0.1 or 0.0.0.0 work everywhere"
    return f"port {web.port} on {web.host} cannot be opened: {error}"
