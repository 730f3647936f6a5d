"""A database's complaint in plain words, and whether trying again can help."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

# SQLSTATE, by its beginning → what to do, and whether only a person can
_STATES = (
    ("28", "the database refuses user or password; check url", True),
    ("3D", "there is no such database; check url", True),
    ("25006", "the query tries to change something; the source only reads", True),
    ("0A", "the query does what cannot be read row by row; the source only reads", True),
    ("42501", "the user may not read this; grant SELECT on what the query names", True),
    ("42", "the query is not right; try it in the database's own client", True),
    ("57014", "the query took longer than timeout_s; make it faster (an index on the time column), or raise it", False),
    ("22", "the query meets a value that it cannot use; mend the query or the value", True),
)
_SQLITE = (
    ("interrupted", "the query took longer than timeout_s; make it faster, or raise timeout_s", False),
    ("not authorized", "the query tries to change something; the source only reads", True),
    ("readonly", "the query tries to change something; the source only reads", True),
    ("prohibited", "the query does something that the source does not allow; it only reads", True),
    ("unable to open", "check the path, and that we may read the file and its folder", False),
    ("locked", "somebody writes to the database; tried again", False),
    ("not a database", "the file is no SQLite database; check the path", True),
    ("no such", "the query is not right; try it in the database's own client", True),
    ("syntax error", "the query is not right; try it in the database's own client", True),
)


def explained(error: SQLAlchemyError, *, hidden: str) -> tuple[str, bool]:
    """What is said to a person, without what must be hidden, and whether it is permanent."""
    said, advice, permanent = _first_line(error), "check that it runs and can be reached", False
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, sqlite3.Error):
        known = [(text, final) for word, text, final in _SQLITE if word in said.lower()]
        advice, permanent = known[0] if known else ("check the query", False)
    elif state := getattr(cause, "sqlstate", None):
        known = [(text, final) for begin, text, final in _STATES if state.startswith(begin)]
        advice, permanent = known[0] if known else ("tried again", False)
    elif any(word in said.lower() for word in ("password", "authentication", "does not exist")):
        advice, permanent = "check url", True  # refused while connecting: psycopg then gives no state
    elif cause is None:
        advice, permanent = "check the query", True
    return f"{said.replace(hidden, '…')}; {advice}", permanent


def _first_line(error: SQLAlchemyError) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    lines = str(cause).strip().splitlines()
    return lines[0].strip().rstrip(".;")[:300] if lines else type(cause).__name__
