"""Connected systems: health, probe, set-up, work and rejected records."""
