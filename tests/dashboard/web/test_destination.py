"""Where a form may lead to."""

from __future__ import annotations

import pytest

from dashboard.web.destination import safe_destination


@pytest.mark.parametrize("wanted", ["/", "/queues", "/queues?queue=a", "/incident/3#facts"])
def test_an_address_of_the_board_is_kept(wanted: str) -> None:
    assert safe_destination(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        "",
        "queues",
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "\\/evil.example",
        "/queues\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "/login?next=/",
        "/logout",
        "//[",
    ],
)
def test_everything_else_leads_to_the_start(wanted: str | None) -> None:
    assert safe_destination(wanted) == "/"
