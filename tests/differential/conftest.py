"""The runner that replays recorded cases in this process."""

from tests.test_conformance import runner as runner
