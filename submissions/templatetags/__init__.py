"""Template tags of the submissions app."""
