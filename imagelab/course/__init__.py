"""The course: lessons and where they start."""
