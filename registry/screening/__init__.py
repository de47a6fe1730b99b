"""Screening (筛选建库): what lists of several authorities say of the same units, made one register."""
