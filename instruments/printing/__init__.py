"""The forms on paper: any definition, blank or filled, in the official layout as PDF."""
