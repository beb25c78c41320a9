"""How long commands take here and on a real daemon: ``make bench``."""
