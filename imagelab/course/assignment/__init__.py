"""Lessons as nbgrader assignments: graded by what was typed, typed again elsewhere."""
