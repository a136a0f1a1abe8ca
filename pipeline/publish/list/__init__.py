"""The hand-written list as a target."""
