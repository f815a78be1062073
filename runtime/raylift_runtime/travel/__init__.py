"""What of the driver's world a run takes along to its workers, and how that is found out."""
