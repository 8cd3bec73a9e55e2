"""Floor 2: what we say and what follows from it; knows no platform."""
