"""What a student costs, and how long commands take here and on a real daemon: ``make bench``."""
