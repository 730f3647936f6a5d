"""The catalogue of what reduces or serves demand, and what each does."""
