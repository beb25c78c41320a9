"""A notebook cell as a terminal: output as it comes, and an input line behind the prompt."""

from __future__ import annotations

import codecs
import sys

from imagelab.notebook.queue import holds_one_command, more_cells_wait

#: Characters of each stream that are kept for hints.
MOST_KEPT = 10_000
#: Characters that can be printed anew.
MOST_AGAIN = 1_000_000


class Screen:
    """The streams of a running cell.

    Attributes:
        unanswered: why a command got the end of input instead of a line: ``queued`` (more cells
            wait to run), ``no_input`` (nobody is there to type), or nothing.
    """

    def __init__(self) -> None:
        """Begin with nothing printed."""
        self.unanswered = ""
        self._decoders = {
            stream: codecs.getincrementaldecoder("utf-8")("replace") for stream in (1, 2)}
        self._said = {1: "", 2: ""}
        self._printed: list[tuple[int, str]] = []
        self._room = MOST_AGAIN
        self._stream = 1
        self._prompt = ""
        self._asked = False

    def text(self, stream: int) -> str:
        """Return the beginning of what came on a stream."""
        return self._said[stream]

    def emit(self, stream: int, data: bytes) -> None:
        """Show what came on standard output (1) or standard error (2)."""
        text = self._decoders[stream].decode(data)
        self._said[stream] += text[: MOST_KEPT - len(self._said[stream])]
        if stream != self._stream:
            self.flush()
            self._stream = stream
        if stream == 2:
            self._print(2, text)
            return
        text = self._prompt + text
        whole, newline, self._prompt = text.rpartition("\n")
        self._print(1, whole + newline)

    def _print(self, stream: int, text: str) -> None:
        if self._room > 0:
            self._printed.append((stream, text))
        self._room -= len(text)
        print(text, end="", file=sys.stderr if stream == 2 else sys.stdout)

    def again(self) -> bool:
        """Take away all that the cell shows and print anew what came here; return whether that is.

        It is not where other things than this may stand in the cell, or there is too much.
        """
        if self._room < 0 or self._asked or not holds_one_command():
            return False
        from IPython.display import clear_output

        self.flush()
        clear_output()  # type: ignore[no-untyped-call]
        for stream, text in self._printed:
            print(text, end="", flush=True, file=sys.stderr if stream == 2 else sys.stdout)
        return True

    def out(self, data: bytes) -> None:
        """Show standard output; an unfinished line is held back, for it may be a prompt."""
        self.emit(1, data)

    def err(self, data: bytes) -> None:
        """Show standard error."""
        self.emit(2, data)

    def flush(self) -> None:
        """Show what is held back; without it, streams lose their order."""
        self._print(1, self._prompt)
        sys.stdout.flush()
        sys.stderr.flush()
        self._prompt = ""

    def end(self, code: int) -> None:
        """Show what is held back, and the exit code of a command that failed."""
        if code:
            self.emit(2, f"[exit code {code}]\n".encode())
        self.flush()

    def read_line(self) -> bytes:
        """Ask for a line, the one held back in front of it; empty at the end of input.

        Where further cells wait to run (Run All), or the front end takes no input, the input ends
        at once: a lesson never hangs.
        """
        from IPython.core.error import StdinNotImplementedError

        if not self._asked and more_cells_wait():
            self.unanswered = "queued"
            return b""
        self._asked = True
        sys.stderr.flush()
        prompt, self._prompt = self._prompt, ""
        try:
            typed: object = input(prompt)
        except EOFError:
            return b""
        except StdinNotImplementedError:
            typed = None
        if not isinstance(typed, str):  # nothing comes where a page can run cells, but not ask
            self._prompt = prompt
            self.unanswered = "no_input"
            return b""
        return f"{typed}\n".encode("utf-8", "surrogateescape")
