"""The board: the only package that knows Dash and the people who use it."""
