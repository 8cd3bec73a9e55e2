"""Floor 1: what is kept, sealed."""
