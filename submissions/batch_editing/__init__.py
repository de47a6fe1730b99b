"""Every rule over every form of a division at once, on a fact snapshot; findings are never capped."""
