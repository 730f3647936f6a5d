"""Security headers, cache lifetimes and compression."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re

from flask.testing import FlaskClient

from dashboard.web.compression import _Packed
from tests.dashboard.board_client import PAGE


def test_the_policy_allows_only_this_house_and_named_scripts(manager: FlaskClient) -> None:
    policy = manager.get("/", headers=PAGE).headers["Content-Security-Policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert re.fullmatch(r"script-src 'self'( 'sha256-[A-Za-z0-9+/]+=*')+", scripts)
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy


def test_every_inline_script_is_in_the_policy(manager: FlaskClient) -> None:
    page = manager.get("/", headers=PAGE)
    inline = [
        body
        for attributes, body in re.findall(r"<script([^>]*)>(.*?)</script>", page.text, flags=re.S)
        if "src=" not in attributes and "application/json" not in attributes
    ]
    assert inline
    for body in inline:
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in page.headers["Content-Security-Policy"]


def test_a_page_names_no_other_house(manager: FlaskClient) -> None:
    text = manager.get("/", headers=PAGE).text
    assert re.findall(r'(?:src|href|action)="(?:https?:)?//', text) == []


def test_pages_are_not_stored_and_assets_are_kept_for_a_year(manager: FlaskClient) -> None:
    page = manager.get("/", headers=PAGE)
    assert page.headers["Cache-Control"] == "no-store"
    style = re.search(r'href="(/assets/10-tokens\.css\?m=[\d.]+)"', page.text)
    assert style
    with manager.get(style[1]) as named, manager.get("/assets/10-tokens.css") as bare:
        assert named.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert bare.headers["Cache-Control"] == "no-cache"


def test_a_missing_asset_is_not_kept(manager: FlaskClient) -> None:
    answer = manager.get("/assets/nothing.css?m=1")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


def test_scripts_are_packed_for_browsers_that_can_unpack(stranger: FlaskClient) -> None:
    address = "/assets/30-live.js?m=1"
    with (
        stranger.get(address, headers={"Accept-Encoding": "identity"}) as plain,
        stranger.get(address, headers={"Accept-Encoding": "gzip"}) as packed,
    ):
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert "Accept-Encoding" in packed.headers["Vary"]


def test_the_same_file_is_packed_once_whatever_its_address() -> None:
    packed = _Packed()
    body = b"x" * 5_000
    assert packed.get(body) is packed.get(bytes(bytearray(body)))
    assert gzip.decompress(packed.get(body)) == body
