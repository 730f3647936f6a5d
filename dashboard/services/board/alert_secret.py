"""Secrets of what alerts are sent by: from an environment variable or a file, never from the config itself."""

from __future__ import annotations

import os
from pathlib import Path

from dashboard.settings import SettingsError


def secret(what: str, *, env: str | None, file: Path | None) -> str:
    """The secret; SettingsError where neither is named, or what is named holds nothing."""
    if env:
        if value := os.environ.get(env, ""):
            return value
        raise SettingsError(f"{what}: the environment variable {env} is not set")
    if file:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{what}: {file} cannot be read: {error}") from error
        if lines and lines[0].strip():
            return lines[0].strip()
        raise SettingsError(f"{what}: the first line of {file} is empty")
    raise SettingsError(f"{what} is missing; name an environment variable (…_env) or a file (…_file)")
