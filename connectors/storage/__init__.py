"""Andrang's own database: schema, migrations, and the functions that read and write it."""
