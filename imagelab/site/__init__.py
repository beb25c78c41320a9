"""The course as a folder of files that runs in a browser, with no server of its own."""
