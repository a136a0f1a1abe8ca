"""The hub: serve what an installation holds to other surveys, as arXiv would."""
