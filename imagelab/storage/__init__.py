"""A lab on disk: objects and steps in SQLite, large content as blobs. JSON only, never pickle."""
