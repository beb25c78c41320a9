"""What ``lab.show`` is: the views of a daemon's lab."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from imagelab.daemon import Daemon
from imagelab.daemon.journal import Step
from imagelab.messages import text as message
from imagelab.views.compare import picture as compare_picture
from imagelab.views.grid import picture
from imagelab.views.layers.picture import layers
from imagelab.views.name import name
from imagelab.views.picture import Picture
from imagelab.views.sharing import sharing
from imagelab.views.space import picture as space_picture
from imagelab.views.timeline.picture import timeline
from imagelab.widgets.compare import ComparePane
from imagelab.widgets.layers import LayersPane
from imagelab.widgets.map import MapPane, Scene, still
from imagelab.widgets.space import SpacePane
from imagelab.widgets.timeline import TimelinePane
from imagelab.widgets.view import View

Language = Callable[[], str]


class Show:
    """Pictures of a lab, each with a text twin."""

    def __init__(self, daemon: Daemon, language: Language) -> None:
        """Draw a daemon's lab, in the language that a function tells each time."""
        self._daemon = daemon
        self._language = language

    def map(self, *, since: int | Step | None = None, step: int | Step | None = None) -> View:
        """Return the layer map: names, images, layers and containers.

        Without arguments it shows the lab as it is now.

        Args:
            since: show what changed from after this step until now; 0 is the beginning.
            step: show what this step did; -1 is the last one.

        Raises:
            ValueError: there is no such step, or both are given.
        """
        if since is not None and step is not None:
            raise ValueError(message("show.one_of", self._language()))
        scene: Callable[[], Scene] = self._now
        if since is not None:
            scene = partial(self._changes_since, self._step(since))
        elif step is not None:
            scene = partial(self._changes_by, self._step(step))
        return View(still(scene(), self._language()), lambda: MapPane(scene, self._language),
                    self._daemon, self._language)

    def timeline(self) -> View:
        """Return every command so far with the branches, to step, drag and play through.

        Looking at a step leaves the lab as it is; it moves when asked to continue from there.
        """
        return View(timeline(self._daemon.journal, self._language()),
                    lambda: TimelinePane(self._daemon, self._language),
                    self._daemon, self._language)

    def name(self, text: str) -> Picture:
        """Return an image name taken apart, or why it is none; nothing is looked up outside.

        Args:
            text: the name as one would type it.
        """
        language = self._language()
        return picture(name(self._daemon.state, text, language), language)

    def hub(self) -> Picture:
        """Return the engine and the simulated Hub, and what was fetched from there."""
        # The catalogue is much to load for those who look at other pictures.
        from imagelab.views.hub import hub

        language = self._language()
        return picture(hub(self._daemon.state, language), language)

    def plan(self, line: str = "") -> View:
        """Return what a docker command would do: what goes, what stays and why, what comes free.

        Args:
            line: the command line, with or without ``docker`` in front.
        """
        from imagelab.views.plan.text import plan_picture
        from imagelab.widgets.plan import PlanPane

        still = plan_picture(self._daemon, line, self._language())
        return View(still, lambda: PlanPane(self._daemon, self._language, line), self._daemon,
                    self._language)

    def compare(self, *refs: str) -> View:
        """Return what differs between images: their layers, then files and settings.

        Files and settings are compared between the first image and another; the live view has
        one of the others chosen.

        Args:
            refs: the images, two or more.

        Raises:
            ValueError: there are fewer than two.
            NotFound: there is no such image.
        """
        still = compare_picture.picture(self._daemon.state, refs, self._language())
        return View(still, lambda: ComparePane(self._daemon, self._language, refs),
                    self._daemon, self._language)

    def sharing(self, *refs: str) -> Picture:
        """Return which image has which layer, and what the images weigh together.

        Args:
            refs: the images; all tagged ones if there are none.

        Raises:
            NotFound: there is no such image.
        """
        language = self._language()
        return picture(sharing(self._daemon.state, refs, language), language)

    def space(self) -> View:
        """Return what takes the room: the numbers of ``docker system df -v``, and their sums."""
        still = space_picture.picture(self._daemon.state, self._language())
        return View(still, lambda: SpacePane(self._daemon, self._language),
                    self._daemon, self._language)

    def layers(self, ref: str) -> View:
        """Return an image's layers with the files that each adds, changes or hides.

        Alive, it opens folders and files, and says what is wasted.

        Args:
            ref: the image.

        Raises:
            NotFound: there is no such image.
        """
        language = self._language()
        still = picture(layers(self._daemon.state, ref, language), language)
        return View(still, lambda: LayersPane(self._daemon, self._language, ref), self._daemon,
                    self._language)

    def _now(self) -> Scene:
        return Scene(self._daemon.state)

    def _changes_since(self, step: Step) -> Scene:
        language = self._language()
        start = message("show.after_step", language, step=step.index)
        if step.index == 0:
            start = message("show.beginning", language)
        caption = message(
            "show.change", language, before=start, after=message("show.now", language))
        return Scene(self._daemon.state, step.after, caption)

    def _changes_by(self, step: Step) -> Scene:
        language = self._language()
        caption = message("show.step", language, step=step.index, command=step.command)
        if step.index == 0:
            caption = message("show.beginning", language)
        return Scene(step.after, step.before, caption)

    def _step(self, which: int | Step) -> Step:
        if isinstance(which, Step):
            return which
        journal = self._daemon.journal
        try:
            return journal[which]
        except IndexError:
            raise ValueError(message(
                "show.no_step", self._language(), step=which, last=len(journal))) from None
