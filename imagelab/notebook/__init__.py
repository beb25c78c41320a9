"""What a notebook's front end offers to a command: output as it comes, an input line, hints."""
