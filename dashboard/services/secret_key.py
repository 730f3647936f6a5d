"""The installation's secret: one file beside the data, made on first use, readable by its owner only."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from dashboard.settings import Settings, SettingsError

FILE_NAME = "secret.key"
_BYTES = 32


def secret_key(settings: Settings) -> str:
    """The secret that signs sessions; created with mode 600 where there is none yet."""
    path = settings.store.data_dir / FILE_NAME
    if not path.exists():
        _create(path)
    return _checked(path)


def derived_key(settings: Settings, purpose: str) -> bytes:
    """A key of its own for each purpose, so that no two uses share one secret."""
    return hmac.new(secret_key(settings).encode(), purpose.encode(), hashlib.sha256).digest()


def _create(path: Path) -> None:
    # Web and worker start at the same moment: the file appears whole or not at all, and the first one wins.
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{FILE_NAME}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()


def _checked(path: Path) -> str:
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise SettingsError(f"{path} can be read by others (mode {mode:o}); run `chmod 600 {path}`")
    key = path.read_text(encoding="ascii").strip()
    if len(key) < 2 * _BYTES:
        raise SettingsError(
            f"{path} holds {len(key)} characters, at least {2 * _BYTES} are needed; delete it, a new one is made and "
            "everybody logs in again"
        )
    return key
