"""The docker command line: what it parses, and how it prints."""
