"""Fact snapshots: the answers of an exercise as typed Parquet columns, exact for one moment.

`reading` is the door for whoever analyses; `refreshing` the only writer. See ADR 0017.
"""
