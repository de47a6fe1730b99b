"""Practice (练习): sample units with planted errors, marked by the portal.

Nothing of it is a unit, a case or a response in the database: an attempt keeps its answers in a table
of its own, and the forms that the rules read exist in memory only. So no list, count, queue, summary
or export can hold them.
"""
