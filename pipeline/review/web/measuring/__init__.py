"""The numbers of the service: those of the survey, kept for some seconds, and those of requests."""
