"""Units that run the jobs of a survey: crontab, systemd, GitHub Actions, Docker Compose."""
