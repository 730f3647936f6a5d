"""Pure functions from values to Plotly figures as plain dicts; colours are names of tokens such as "@accent"."""
