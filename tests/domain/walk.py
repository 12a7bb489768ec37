"""Every sequence of letters up to a depth: a walk in breadth, in which equal states are met once.

A state is walked from once: a second way to the same form leads to nothing that the first did
not. That the form forgets nothing that matters is itself checked, on a sample: what was merged
must lead to the same forms as what it was merged with.
"""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from time import process_time
from typing import Any, NamedTuple, Protocol


def name_of(step: object) -> str:
    """A kind of step in words: `look up hours`."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", type(step).__name__).lower()


class HowFar(IntEnum):
    """How far walks go. Each has a depth of its own for each."""

    SHORT = 0
    """Seconds, for `make test`: every status, reason and move is met."""
    USUAL = 1
    """A minute, for `make test-all`."""
    FAR = 2
    """Minutes, for `make walk`."""


Letter = tuple[str, Callable[[Any], None]]
"""Something that happens: its name, and what it does to a state. (Any: the state's own class.)"""


class State(Protocol):
    """What can be walked. It raises AssertionError where a rule is broken."""

    def could_happen(self) -> Sequence[Letter]:
        """Whatever could happen next."""

    def fork(self) -> "State":
        """One that what happens to this one does not change."""

    def shows(self) -> Iterable[Hashable]:
        """What a walk is to have met somewhere."""

    def form(self) -> Hashable:
        """All that what is to come depends on, and nothing else."""


class Breach(AssertionError):
    """A rule was broken; the shortest sequence that does it."""

    def __init__(self, path: Sequence[str]) -> None:
        self.path = list(path)
        super().__init__(" > ".join(self.path))


class Level(NamedTuple):
    """What a walk met at a depth."""

    depth: int
    sequences: int
    """Of exactly this many letters; all of them are covered."""
    states: int
    """Met for the first time."""
    transitions: int
    """Performed and checked on the way there."""


@dataclass
class Walk:
    """A walk, and what came of it."""

    name: str
    roots: Sequence[tuple[str, State]]
    depth: int
    only: Callable[[str], bool] = lambda letter: True
    """Which letters: fewer lead deeper."""
    looks_at: Callable[[Any, Sequence[str]], None] | None = None
    """Is shown each state that is met for the first time, and the letters that lead to it."""
    recheck: int = 0
    """Of so many merged states one is walked all the same; 0: none is."""
    levels: list[Level] = field(default_factory=list)
    letters: Counter[str] = field(default_factory=Counter)
    """How often each was performed."""
    seen: set[Hashable] = field(default_factory=set)
    """What its states have shown of themselves."""
    rechecked: int = 0
    seconds: float = 0

    _known: dict[int, int] = field(default_factory=dict)
    _leads_to: dict[int, list[int]] = field(default_factory=dict)
    _came_from: list[tuple[int, str]] = field(default_factory=list)
    _merged: list[tuple[State, int]] = field(default_factory=list)
    _merges: int = 0

    def go(self) -> "Walk":
        began = process_time()
        frontier = []
        for name, root in self.roots:
            number, new = self._met(root, -1, name)
            frontier += [(number, root)] if new else []
        starts = Counter(number for number, _ in frontier)
        self.levels.append(Level(0, len(frontier), len(frontier), 0))
        for depth in range(1, self.depth + 1):
            frontier, transitions = self._step(frontier)
            self._check_merges()
            ways: Counter[int] = Counter()
            for number, times in starts.items():
                for after in self._leads_to[number]:
                    ways[after] += times
            starts = ways
            self.levels.append(Level(depth, ways.total(), len(frontier), transitions))
        self.seconds = process_time() - began
        return self

    def _step(self, frontier: list[tuple[int, State]]) -> tuple[list[tuple[int, State]], int]:
        reached, transitions = [], 0
        for number, state in frontier:
            after: list[int] = []
            for name, happen in self._letters(state):
                fork = self._perform(state, name, happen, number)
                transitions += 1
                self.seen.update(fork.shows())
                self.letters[name] += 1
                there, new = self._met(fork, number, name)
                after.append(there)
                if new:
                    reached.append((there, fork))
                else:
                    self._merges += 1
                    if self.recheck and self._merges % self.recheck == 0:
                        self._merged.append((fork, there))
            self._leads_to[number] = after
        return reached, transitions

    def _letters(self, state: State) -> Iterator[Letter]:
        return ((name, happen) for name, happen in state.could_happen() if self.only(name))

    def _met(self, state: State, before: int, letter: str) -> tuple[int, bool]:
        key = hash(state.form())
        if key in self._known:
            return self._known[key], False
        self._known[key] = number = len(self._came_from)
        self._came_from.append((before, letter))
        if self.looks_at is not None:
            self.looks_at(state, self._path(number))
        return number, True

    def _perform(
        self, state: State, name: str, happen: Callable[[Any], None], number: int
    ) -> State:
        fork = state.fork()
        try:
            happen(fork)
        except AssertionError as error:
            raise Breach([*self._path(number), name]) from error
        return fork

    def _path(self, number: int) -> list[str]:
        path: list[str] = []
        while number >= 0:
            number, letter = self._came_from[number]
            path.append(letter)
        return path[::-1]

    def _check_merges(self) -> None:
        """What was merged leads to where the state it was merged with does."""
        later = []
        for state, number in self._merged:
            if number not in self._leads_to:
                later.append((state, number))  # its twin has not been walked from yet
                continue
            after = []
            for name, happen in self._letters(state):
                form = hash(self._perform(state, name, happen, number).form())
                after.append(self._known.get(form))
            if set(after) != set(self._leads_to[number]):
                raise Breach([*self._path(number), "merged with a state that leads elsewhere"])
            self.rechecked += 1
        self._merged = later
