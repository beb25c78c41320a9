"""Views of a lab: pure functions of one state, or of two, and what shows their results."""
