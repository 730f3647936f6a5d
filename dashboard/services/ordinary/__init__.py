"""The ordinary day: its forecasts, the running day, the watch for an onset, accuracy."""
