"""``docker`` for terminals on machines that have none: asks a lab that a notebook serves.

Nothing in here needs more than the standard library, nor the rest of the package: a command that
is typed must answer at once.
"""
