"""docs/connectors-vendors.md: its blocks build, and no key of a kind is missing from them."""

from __future__ import annotations

import importlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from connectors.http import HTTP_OPTIONS
from connectors.options import Option
from connectors.registry import KINDS, build
from connectors.source import SourceConfig
from tests.connectors.vendor_contracts import VENDORS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "connectors-vendors.md"
TEXT = PAGE.read_text(encoding="utf-8")
KINDS_HERE = sorted([*VENDORS, "amazon_connect"])


def blocks() -> dict[str, dict[str, Any]]:
    """The blocks of the page by kind."""
    found = re.findall(r"```toml\n(.*?)```", TEXT, flags=re.DOTALL)
    sources = [source for text in found for source in tomllib.loads(text)["sources"].values()]
    return {source["kind"]: source for source in sources}


def test_every_kind_has_a_block_and_no_block_is_of_another() -> None:
    assert sorted(blocks()) == KINDS_HERE


@pytest.mark.parametrize("kind", KINDS_HERE)
def test_a_block_can_be_pasted(kind: str) -> None:
    block = blocks()[kind]
    options = {key: value for key, value in block.items() if key not in ("kind", "queues")}
    source = build(SourceConfig(kind, kind, options, block.get("queues", {})), caller_hash=str)
    assert kind == source.KIND


@pytest.mark.parametrize("kind", KINDS_HERE)
def test_every_key_of_a_kind_stands_on_the_page(kind: str) -> None:
    options: tuple[Option, ...] = KINDS[kind].OPTIONS  # type: ignore[attr-defined]
    shared = {option.key for option in HTTP_OPTIONS} | {"url"}
    missing = [o.key for o in options if o.key not in shared and not any(f"{key} =" in TEXT for key in o.keys)]
    assert [key for key in missing if f"`{key}`" not in TEXT] == []


@pytest.mark.parametrize("kind", KINDS_HERE)
def test_the_head_of_a_source_says_what_is_lost_and_how_far_it_is_proven(kind: str) -> None:
    head = importlib.import_module(KINDS[kind].__module__).__doc__ or ""  # type: ignore[attr-defined]
    assert f'"{kind}"' in head
    assert "Lost:" in head
    assert "Evidence: stub" in head or "Evidence: contract" in head
