"""What monitoring asks of the service: is it alive, is it ready, its numbers."""
