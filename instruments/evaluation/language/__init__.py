"""The rule language: SQL boolean expressions over items, with three truth values."""
