"""The cluster that a run trains on: what its nodes have, and whether they can take the workers."""
