"""One file or package a stream; none knows another. `example_source.py` is the one to copy."""
