"""Chinese for what the program says, kept apart from where it is said.

A message stands where it is raised, in English. The TOML files beside this one, and those of `experiments/chinese`,
have for each English message its Chinese one. What is only known when it runs is a numbered blank: "there is no purse
'{0}'" = "没有编号为“{0}”的资金". A finished message is recognised by its fixed words; what stood in its blanks is
put into the Chinese one, itself in Chinese where it is a message or a word of these files, unless it stood in quotes:
what is quoted is what somebody wrote. A message that nobody has said in Chinese stays as it is;
`tests/test_said_in_chinese.py` lists those.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

FOLDER = Path(__file__).parent
"""What `sim` says."""

_BLANK = re.compile(r"\{(\d)\}")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_BOTH = " / "
_NAMED = re.compile("'[^']*'|“[^”]*”")
_DEEPEST = 6
_LIGHT = 10
"""With fewer fixed characters a message ("{0} or {1}") fits much else: it is read only where its parts are known."""
_QUOTED = re.compile("'([^']*)'")
_WORDS = re.compile(r"[^\s,]+(?:, [^\s,]+)+")


@dataclass(frozen=True)
class Message:
    """One message: English and Chinese, with the same numbered blanks."""

    en: str
    zh: str

    @cached_property
    def _fixed(self) -> list[str]:
        return [part for part in _BLANK.split(self.en)[::2] if part]

    @cached_property
    def weight(self) -> int:
        """How many characters are fixed: of two messages that fit, the one with more of them is meant."""
        return len("".join(self._fixed))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        seen: set[str] = set()
        pattern = ""
        for place, part in enumerate(_BLANK.split(self.en)):
            if place % 2 == 0:
                pattern += re.escape(part)
            else:
                pattern += f"(?P=b{part})" if part in seen else f"(?P<b{part}>.+?)"
                seen.add(part)
        return re.compile(pattern, re.DOTALL)

    def read(self, text: str) -> dict[str, str] | None:
        """What stands in the blanks of a finished message, by number; None if it is another one."""
        if not all(part in text for part in self._fixed):
            return None
        found = self._pattern.fullmatch(text)
        return {name[1:]: value for name, value in found.groupdict().items()} if found else None

    def quotes(self, number: str) -> bool:
        """Whether a blank stands in quotes."""
        return f"'{{{number}}}'" in self.en


@cache
def read_messages(folder: Path) -> Mapping[str, str]:
    """The messages of a folder, English to Chinese.

    Raises:
        ValueError: One stands in two files, or has other blanks in Chinese.
    """
    found: dict[str, str] = {}
    for file in sorted(folder.glob("*.toml")):
        for en, zh in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if en in found:
                raise ValueError(f"{file.name}: said twice: {en}")
            if not set(_BLANK.findall(zh)) <= set(_BLANK.findall(en)):
                raise ValueError(f"{file.name}: other blanks in Chinese: {en}")
            found[en] = zh
    return found


@cache
def _messages(folders: tuple[Path, ...]) -> tuple[Mapping[str, str], Sequence[Message]]:
    every = {en: zh for folder in folders for en, zh in read_messages(folder).items()}
    blank = [Message(en, zh) for en, zh in every.items() if _BLANK.search(en)]
    return every, sorted(blank, key=lambda one: -one.weight)


def in_chinese(text: str, *folders: Path) -> str:
    """A message in Chinese; as it is where nobody has said it in Chinese.

    Args:
        text: The finished message. One that says both languages, "中文 / English", gives its Chinese half.
        folders: Where messages are kept, besides `FOLDER`.
    """
    said = _known(text, (FOLDER, *folders), 0)
    return text if said is None else said


def _known(text: str, folders: tuple[Path, ...], deep: int) -> str | None:
    exact, blank = _messages(folders)
    if text in exact:
        return exact[text]
    if deep > _DEEPEST:
        return None
    for message in blank:
        if (values := message.read(text)) is None:
            continue
        known = {
            number: None if message.quotes(number) else _known(value, folders, deep + 1)
            for number, value in values.items()
        }
        if message.weight < _LIGHT and any(said is None and " " in values[number] for number, said in known.items()):
            continue
        said = {number: values[number] if one is None else one for number, one in known.items()}
        return _BLANK.sub(lambda found, said=said: said[found[1]], message.zh)  # type: ignore[misc]
    return _half(text) or _listed(text, folders, deep)


def _half(text: str) -> str | None:
    """The Chinese half of a message that says both."""
    halves = text.split(_BOTH)
    for cut in range(1, len(halves)):
        first, second = _BOTH.join(halves[:cut]), _BOTH.join(halves[cut:])
        chinese = [bool(_HAN.search(_NAMED.sub("", half))) for half in (first, second)]
        if chinese[0] != chinese[1]:
            return first if chinese[0] else second
    return None


def _listed(text: str, folders: tuple[Path, ...], deep: int) -> str | None:
    """A list of words with Chinese commas, and words in Chinese quotes."""
    if quoted := _QUOTED.fullmatch(text):
        return f"“{quoted[1]}”"
    if not _WORDS.fullmatch(text):
        return None
    return "、".join(_known(word, folders, deep + 1) or word for word in text.split(", "))
