"""Tokens, publications, the use of replies, and searches that found nothing."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.reply_rows import PublishedRow, TokenRow, UseRow
from connectors.storage.write.upsert import inserting, upsert


def upsert_token(session: Session, row: TokenRow) -> None:
    """Insert or replace a token by its name."""
    upsert(session, schema.api_token, [asdict(row)])


def note_token_use(session: Session, name: str, now: datetime) -> None:
    """Remember when a token was last used."""
    session.execute(update(schema.api_token).where(schema.api_token.c.name == name).values(used_at=now))


def upsert_published(session: Session, row: PublishedRow) -> None:
    """Note how a reply stands in another system."""
    upsert(session, schema.published_reply, [asdict(row)])


def remove_published(session: Session, row: PublishedRow) -> None:
    """Forget a reply that no longer stands in another system."""
    table = schema.published_reply
    session.execute(
        delete(table).where(
            table.c.destination == row.destination, table.c.key == row.key, table.c.language == row.language
        )
    )


def add_use(session: Session, row: UseRow) -> None:
    """Note that a reply was copied."""
    session.execute(insert(schema.reply_use).values(asdict(row)))


def thin_uses(session: Session, *, before: datetime) -> None:
    """Forget copies from before a time."""
    session.execute(delete(schema.reply_use).where(schema.reply_use.c.at < before))


def count_unanswered(session: Session, query: str, *, language: str, now: datetime) -> None:
    """Count a search that found nothing."""
    table = schema.unanswered_search
    row = {"language": language, "query": query, "searches": 1, "first_at": now, "last_at": now}
    statement = inserting(session, table).values(row)
    again = {"searches": table.c.searches + 1, "last_at": statement.excluded.last_at}
    session.execute(statement.on_conflict_do_update(index_elements=["language", "query"], set_=again))


def remove_unanswered(session: Session, query: str, *, language: str) -> None:
    """Forget a search for which a text was written."""
    table = schema.unanswered_search
    session.execute(delete(table).where(table.c.language == language, table.c.query == query))
