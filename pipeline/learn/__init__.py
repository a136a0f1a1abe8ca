"""From decisions to a model, and from a model to predictions."""
