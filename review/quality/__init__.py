"""Quality control by sampling: frames, draws, blind re-enumeration, acceptance, reports."""
