"""A small Telegram on loopback, not a kind one: for the demo and the end-to-end tests."""
