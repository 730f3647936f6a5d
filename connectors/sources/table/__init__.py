"""CSV, TSV, Excel and Parquet files as a source; see `source.py`."""

from connectors.sources.table.preview import Preview, preview_file
from connectors.sources.table.problem import TableError, UnmappedError
from connectors.sources.table.source import TableSource

__all__ = ["Preview", "TableError", "TableSource", "UnmappedError", "preview_file"]
