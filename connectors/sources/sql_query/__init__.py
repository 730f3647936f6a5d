"""One read-only query of a database as a source; see `source.py`."""

from connectors.sources.sql_query.source import SqlQuery

__all__ = ["SqlQuery"]
