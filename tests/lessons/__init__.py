"""Transcripts of a real Docker for the lessons' cells, and what records and compares them."""
