"""What readers receive: the weekly digest."""
