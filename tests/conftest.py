"""Fixtures of the whole house."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPO_ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data beside the checkout; absent: skip, or fail where REQUIRE_SHARED=1."""
    folder = REPO_ROOT.parent / "shared"
    if not folder.is_dir():
        if os.environ.get("REQUIRE_SHARED") == "1":
            pytest.fail(f"REQUIRE_SHARED=1, and {folder.name}/ is not beside the checkout")
        pytest.skip("needs the folder 'shared' beside the checkout")
    return folder
