from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from dashboard.cli import serving
from dashboard.settings import SettingsError, WebSettings


def test_port_zero_picks_a_free_one() -> None:
    with serving.listen(WebSettings(port=0)) as listener:
        port = listener.getsockname()[1]
        assert port > 0
        assert serving.address_of(listener) == f"http://127.0.0.1:{port}/"


def test_everywhere_is_shown_as_an_address_one_can_type() -> None:
    with serving.listen(WebSettings(host="0.0.0.0", port=0)) as listener:  # noqa: S104
        assert serving.address_of(listener).startswith("http://127.0.0.1:")


def test_a_taken_port_is_told_with_what_to_do() -> None:
    with serving.listen(WebSettings(port=0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"port {port} on 127\.0\.0\.1 is taken.*--port"):
            serving.listen(WebSettings(port=port))


def test_a_host_that_is_none_is_told() -> None:
    with pytest.raises(SettingsError, match="no address of this machine"):
        serving.listen(WebSettings(host="192.0.2.1", port=0))


def test_nobody_answering_is_no_answer() -> None:
    with serving.listen(WebSettings(port=0)) as listener:
        address = serving.address_of(listener)
    assert not serving.answers(address)


@pytest.mark.parametrize(("status", "ready"), [(200, True), (500, False)])
def test_only_a_real_page_counts(status: int, ready: bool) -> None:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    assert serving.answers(f"http://127.0.0.1:{server.server_port}/") is ready
    thread.join(5)
    server.server_close()


def test_the_web_server_gets_the_socket_and_the_configured_size() -> None:
    web = WebSettings(port=0, workers=3, threads=5)
    with serving.listen(web) as listener:
        child = serving.web_server(web, listener, environment={"ANDRANG_CONFIG": "x"})
        assert child.keep_open == (listener.fileno(),)
        command = " ".join(child.command)
    assert f"--bind fd://{child.keep_open[0]}" in command
    assert "--worker-class gthread --workers 3 --threads 5 --preload" in command
