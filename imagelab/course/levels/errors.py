"""What is wrong with a level."""


class LevelError(ValueError):
    """A level's file is none, or there is no such level. The message says what is the matter."""
