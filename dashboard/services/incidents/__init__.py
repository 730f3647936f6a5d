"""The incident record: its form, its desk, its proposals and what was done."""
