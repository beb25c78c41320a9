"""The journal as a line of steps: branches, and what each step changed."""
