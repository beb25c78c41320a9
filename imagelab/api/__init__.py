"""The Engine HTTP API: the door for real docker clients."""
