"""Dispatch reports: made on a set day of the month and on demand, kept, written as Word and XLSX."""
