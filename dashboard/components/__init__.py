"""Pure functions from values to components, and the words they are written in."""
