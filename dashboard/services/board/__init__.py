"""What the board shows now: situation, queues, fans, levers ranked, live snapshot."""
