"""The course of an exercise: its plan as data, what is open where on a day, working days."""
