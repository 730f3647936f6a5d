"""Which levers a centre has: `levers.toml` in its data folder; a drill without one plays with the shipped ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from dashboard.services.levers import lever_catalogue
from dashboard.services.levers.lever_catalogue import Catalogue
from dashboard.settings import Settings

FILE = "levers.toml"


@dataclass(frozen=True, slots=True)
class Choice:
    """The centre's catalogue, or why there is none: `problem` says what is wrong with its file."""

    catalogue: Catalogue | None = None
    problem: str = ""


def configured(settings: Settings) -> Choice:
    """The levers of this centre; read anew when the file has changed."""
    path = settings.store.data_dir / FILE
    try:
        changed_ns = path.stat().st_mtime_ns
    except FileNotFoundError:
        return Choice(shipped() if settings.drill else None)
    except OSError as error:
        return Choice(problem=f"{path} cannot be read: {error}")
    return _read(path, changed_ns)


@lru_cache(maxsize=4)
def _read(path: Path, _changed_ns: int) -> Choice:
    try:
        return Choice(lever_catalogue.parse(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:  # TOML and encoding errors are ValueErrors
        return Choice(problem=f"{FILE}: {error}")


@lru_cache(maxsize=1)
def shipped() -> Catalogue:
    """The catalogue to start from."""
    return lever_catalogue.starter()


def own_source(key: str, source: str) -> str:
    """Where a lever's figures come from, in the centre's words; empty for a shipped one, whose source has messages."""
    shipped_one = any((one.key, one.source) == (key, source) for one in shipped().levers)
    return "" if shipped_one else source
