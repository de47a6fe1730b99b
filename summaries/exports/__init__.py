"""Exports: the forms of a division as workbooks, CSV or Parquet, counted, hashed and recorded."""
