"""The course's settings for nbgrader; this file is copied into the course's folder."""

from nbgrader.converters import Autograde

from imagelab.course.assignment.preprocessor import Retype

c = get_config()  # type: ignore[name-defined]  # noqa: F821

# After the notebook was run: levels count by what was typed, not by what ran.
steps = list(Autograde.autograde_preprocessors.default())
c.Autograde.autograde_preprocessors = [steps[0], Retype, *steps[1:]]
c.ClearSolutions.code_stub = {"python": "# your commands here / 여기에 입력하세요"}
# Bytes of pictures and the time of a lesson.
c.ExecutePreprocessor.timeout = 300
