"""Checks over several units at once (跨单位核对): what no single form can show.

Run in the background for a division. A finding stops nobody from submitting: the two units may be in
other hands. Reviewers see it beside the form, offices in a list.
"""
