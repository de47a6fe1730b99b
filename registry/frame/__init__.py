"""Loading lists of units (名录) from CSV and XLSX files."""
