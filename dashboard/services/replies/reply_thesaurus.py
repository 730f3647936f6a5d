"""The thesaurus the search of replies comes with."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from dashboard.domain.thesaurus import Thesaurus, thesaurus

_FILE: Final = Path(__file__).with_name("reply_thesaurus.toml")


@cache
def meanings() -> Mapping[str, Thesaurus]:
    """Synonyms and stop words by language."""
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {language: thesaurus(table["same"], table["stop"], language=language) for language, table in tables.items()}
