"""Definitions of the official tables, as data."""
