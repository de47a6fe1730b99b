"""Dashboards: where a division stands, every figure with its moment and the list behind it."""
