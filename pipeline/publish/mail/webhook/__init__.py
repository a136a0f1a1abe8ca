"""What a mail provider tells by HTTP: bounces, complaints, wishes to leave."""
