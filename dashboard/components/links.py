"""Links inside the board."""

from __future__ import annotations

from typing import Any

from dash import dcc
from dash.development.base_component import Component


def link(content: Any, href: str, *, class_name: str = "") -> Component:
    """A link that changes the page without loading it anew."""
    return dcc.Link(content, href=href, className=class_name)
