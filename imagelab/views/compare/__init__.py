"""What differs between images: layers, files, settings."""
