"""Pages of the submissions app: doors to its services."""
