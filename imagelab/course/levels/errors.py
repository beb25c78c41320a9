"""What is wrong with a level."""


class LevelError(ValueError):
    """A level's file is none, or there is no such level. The message says what is the matter."""


class NoLevelError(LevelError):
    """There is no such level in the course.

    Attributes:
        name: that was looked for.
        nearest: the ID that was most likely meant; empty for none.
    """

    def __init__(self, name: str, nearest: str) -> None:
        """Say so in English; who knows the learner's language says it in that."""
        meant = f"; did you mean {nearest}?" if nearest else ""
        super().__init__(f"there is no level {name!r}{meant} (%level lists them all)")
        self.name = name
        self.nearest = nearest


class NoSchemaError(LevelError):
    """Nothing is there that can check a level's file: jsonschema is not installed."""

    def __init__(self) -> None:
        """Say so in English; who knows the learner's language says it in that."""
        super().__init__('a level\'s file is checked by jsonschema, which is not installed here: '
                         'run  pip install "imagelab[lab]"')
