"""Files on the storage of a run, local or not."""
