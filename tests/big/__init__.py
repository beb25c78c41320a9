"""Large images: an archive of one, and what is done with it, each in a process of its own."""
