"""What images take on the disk, and why the sizes do not add up to it."""
