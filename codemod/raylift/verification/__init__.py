"""Two trainings, before and after a lift, watched and compared."""
