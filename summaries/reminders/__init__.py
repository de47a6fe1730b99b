"""Reminders of overdue work: to whom, how much, when last, and sending them."""
