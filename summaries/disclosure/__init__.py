"""Disclosure control: which figures would betray one unit, and what must be hidden beside them."""
