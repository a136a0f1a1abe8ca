"""Find faults of hand-written lists, and fix what is safe."""
