"""The drill: a simulated centre and its outage, fed through the real board."""
