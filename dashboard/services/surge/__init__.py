"""The surge of an outage: inputs, assumptions, library, outlook, and what it rests on."""
