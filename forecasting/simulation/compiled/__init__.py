"""What numba compiles. Imported when the first simulation runs, since numba takes a third of a second to load."""
