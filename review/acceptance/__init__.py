"""Acceptance (验收) of a division: scored from the portal's own facts, frozen, decided from above."""
