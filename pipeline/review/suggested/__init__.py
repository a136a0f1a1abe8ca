"""What a reviewer does about suggestions from outside."""
