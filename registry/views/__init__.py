"""Pages of the register. A unit's own page shows its forms, so it is served by submissions."""
