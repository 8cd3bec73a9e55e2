"""Floor 3: whatever knows a platform, the environment, the clock or dice."""
