"""Real things, no mocks: SQLite, PostgreSQL, Valkey, the sandbox Telegram, Chromium."""
