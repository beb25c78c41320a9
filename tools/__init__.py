"""What a teacher or an author runs in a checkout."""
