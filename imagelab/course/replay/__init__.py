"""Doing again what somebody did in a lab, from a transcript that may be anybody's."""
