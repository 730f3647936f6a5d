from tests.databases import postgresql_url

__all__ = ["postgresql_url"]
