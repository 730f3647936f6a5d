"""Everything outside the process: the systems a centre runs, and Andrang's own database."""
