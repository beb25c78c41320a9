"""Grading what students hand in: their files of progress, replayed."""
