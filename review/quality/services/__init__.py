"""Services of quality control: the only writers of its tables."""
