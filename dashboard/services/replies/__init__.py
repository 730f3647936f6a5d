"""Approved replies: the desk, the review, the rules and the starter texts."""
