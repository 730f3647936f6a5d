"""What a PBX of the make Asterisk tells: its queue_log, its call detail records, its manager interface."""
