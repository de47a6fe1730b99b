"""Signs of interference with what was collected: facts to be looked into, never an accusation."""
