"""What was counted and measured: volumes, history, handling times, age of the figures."""
