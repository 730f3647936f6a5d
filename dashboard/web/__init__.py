"""Plain routes around the pages: login, live snapshots, preferences, health, errors, headers."""
