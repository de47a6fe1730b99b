"""An invented national exercise of any size, with errors planted and written down. Nobody's data.

`distribution_estimates.csv` holds weights that were themselves invented to fit published totals:
they shape these data and are never shown as statistics.
"""
