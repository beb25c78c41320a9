"""What a command line would do, why, and how to clear its way; predictions of it."""
