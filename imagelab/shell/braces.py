"""bash's brace expansion: ``{a,b}`` and ``{1..9}``."""

from __future__ import annotations

import re
from typing import TypeAlias

from imagelab.shell.budget import Budget
from imagelab.shell.syntax import Lit, Part, Word

_RANGE = r"(-?\d{1,19})\.\.(-?\d{1,19})(?:\.\.(-?\d{1,19}))?|([A-Za-z])\.\.([A-Za-z])"
_INT64 = range(-(1 << 63), 1 << 63)
_MAX_DEPTH = 20

#: One unquoted character, or a part that is left alone.
_Atom: TypeAlias = "str | Part"


def braces(word: Word, budget: Budget) -> list[Word]:
    """Return the words that a word's braces make; the word itself if it has none."""
    if not any(isinstance(p, Lit) and not p.quoted and "{" in p.text for p in word):
        return [word]
    atoms: list[_Atom] = []
    for part in word:
        if isinstance(part, Lit) and not part.quoted:
            atoms.extend(part.text)
        else:
            atoms.append(part)
    return [_word(each) for each in _expand(atoms, budget, 0)]


def _expand(atoms: list[_Atom], budget: Budget, depth: int) -> list[list[_Atom]]:
    budget.take("words", len(atoms) + 1)
    for start, atom in enumerate(atoms):
        if atom != "{" or depth > _MAX_DEPTH:
            continue
        budget.take("steps", 1 + len(atoms) // 100)
        if "}" not in atoms[start:]:
            break
        found = _group(atoms, start)
        if found is None:
            continue
        end, pieces = found
        heads: list[list[_Atom]] = []
        if len(pieces) > 1:
            for piece in pieces:
                heads.extend(_expand(piece, budget, depth + 1))
        else:
            values = _range(pieces[0], budget)
            if values is None:
                continue
            heads = [list(value) for value in values]
        tails = _expand(atoms[end + 1 :], budget, depth + 1)
        budget.take("words", len(heads) * len(tails) * (start + 1))
        return [[*atoms[:start], *head, *tail] for head in heads for tail in tails]
    return [atoms]


def _group(atoms: list[_Atom], start: int) -> tuple[int, list[list[_Atom]]] | None:
    """Return where the brace closes, and what its commas separate."""
    depth = 0
    pieces: list[list[_Atom]] = [[]]
    for at in range(start + 1, len(atoms)):
        atom = atoms[at]
        if atom == "}" and depth == 0:
            return at, pieces
        if atom == "," and depth == 0:
            pieces.append([])
            continue
        depth += (atom == "{") - (atom == "}")
        pieces[-1].append(atom)
    return None


def _range(piece: list[_Atom], budget: Budget) -> list[str] | None:
    match = re.fullmatch(_RANGE, "".join(a if isinstance(a, str) else "\0" for a in piece))
    if match is None or any(int(end) not in _INT64 for end in match.groups()[:3] if end):
        return None
    if match[4]:
        low, high, step = ord(match[4]), ord(match[5]), 1
    else:
        low, high, step = int(match[1]), int(match[2]), abs(int(match[3] or 1)) or 1
    budget.take("words", abs(high - low) // step * 4)
    numbers = range(low, high + 1, step) if low <= high else range(low, high - 1, -step)
    if match[4]:
        return [chr(number) for number in numbers]
    padded = any(re.match(r"-?0\d", end) for end in (match[1], match[2]))
    width = max(len(match[1]), len(match[2])) if padded else 0
    return [f"{number:0{width}d}" for number in numbers]


def _word(atoms: list[_Atom]) -> Word:
    parts: list[Part] = []
    text: list[str] = []
    for atom in [*atoms, Lit("", False)]:
        if isinstance(atom, str):
            text.append(atom)
            continue
        if text:
            parts.append(Lit("".join(text), False))
            text = []
        parts.append(atom)
    return tuple(parts[:-1])
