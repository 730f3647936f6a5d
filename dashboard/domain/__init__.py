"""Rules and values of the board; standard library only."""
