"""From the settings to sources that are ready to be pulled; worker and command line both begin here."""

from __future__ import annotations

import secrets
from hashlib import blake2b

from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import ConfigError
from connectors.registry import build, is_pushed
from connectors.source import CallerHash, Source, SourceConfig
from connectors.storage.read import get_setting
from connectors.storage.rows import QueueRow
from connectors.storage.write import put_setting, upsert_queues, upsert_sources
from dashboard.settings import Settings

CALLER_SALT = "caller_salt"


def source_configs(settings: Settings) -> list[SourceConfig]:
    """The `[sources.NAME]` blocks in the connectors' terms."""
    return [
        SourceConfig(name, block.kind, options=block.options, queues=block.queues, timezone=block.timezone)
        for name, block in settings.sources.items()
    ]


def queue_rows(settings: Settings) -> list[QueueRow]:
    """The `[queues.KEY]` blocks in the store's terms; a queue without a time zone has the board's."""
    return [
        QueueRow(key=key, **block.model_dump(exclude={"timezone"}), timezone=block.timezone or settings.board.timezone)
        for key, block in settings.queues.items()
    ]


def build_sources(settings: Settings, *, caller_hash: CallerHash | None = None) -> list[Source]:
    """The configured sources, or one ConfigError about all blocks at fault; without a hash, only to check them."""
    sources, faults = [], []
    for config in source_configs(settings):
        try:
            sources.append(build(config, caller_hash=caller_hash or _only_checked))
        except ConfigError as error:
            faults.append(str(error))
    if faults:
        raise ConfigError("; ".join(faults))
    return sources


def prepare_sources(settings: Settings, sessions: sessionmaker[Session]) -> list[Source]:
    """The sources ready to be pulled, with queues and all sources written to the store first; the pushed come to us."""
    with sessions.begin() as session:
        sources = build_sources(settings, caller_hash=caller_hash_of(session))
        upsert_queues(session, queue_rows(settings))
        upsert_sources(session, [(s.config.name, s.config.kind, str(s.EVIDENCE)) for s in sources])
    return [source for source in sources if not is_pushed(source.config.kind)]


def caller_hash_of(session: Session) -> CallerHash:
    """The installation's salted hash of callers; its salt is drawn once and never leaves the store."""
    salt = get_setting(session, CALLER_SALT)
    if salt is None:
        salt = secrets.token_hex(32)
        put_setting(session, CALLER_SALT, salt)
    key = bytes.fromhex(salt)
    return lambda caller: blake2b(caller.encode(), key=key, digest_size=12).hexdigest()


def _only_checked(caller: str) -> str:
    raise ConfigError("a source that was built without a caller hash may be checked, not pulled")
