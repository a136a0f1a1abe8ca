"""What every step is given: services and the run record."""
