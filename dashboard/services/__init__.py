"""Use cases: they own the transaction and fill the values that pages draw. No Dash here."""
