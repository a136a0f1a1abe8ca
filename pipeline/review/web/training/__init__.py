"""Train the model from the page, in the background."""
