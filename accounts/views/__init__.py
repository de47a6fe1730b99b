"""Views of the accounts app, and the base of every other view."""
