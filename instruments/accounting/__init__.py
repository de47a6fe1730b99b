"""Emission accounting (产排污核算): exact arithmetic, no Django, no input or output, no clock."""
