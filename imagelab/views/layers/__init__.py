"""The layers of an image and the files in them."""
