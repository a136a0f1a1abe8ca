"""How a message reaches the operator: mail, a webhook, a command."""
