"""Definitions in the words of other people's standards: VTL for rules, DDI for questions."""
