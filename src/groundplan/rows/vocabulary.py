"""Words for synthetic text: a few that are everywhere, many that are rare, as in any language (Zipf 1935)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from random import Random

COMMON_WORDS = tuple(
    """
    river garden window mountain letter silver morning harbour forest candle summer bridge island meadow
    thunder copper village lantern orchard velvet compass winter feather market castle pepper shadow canyon
    marble hammer basket ribbon saddle kettle anchor blossom cinnamon dragon ember falcon glacier hazel
    ivory jasmine kernel lemon mirror needle oyster parrot quartz raven saffron tulip umber violet walnut
    yarrow zephyr acorn beacon cedar dolphin eagle fiddle ginger heron indigo juniper kestrel lagoon maple
    nectar olive pebble quiver rocket sparrow timber urchin valley willow amber barley clover daisy ermine
    fennel grove hollow iris jungle karma linen mango nutmeg opal pine quill reef sage thistle urban vapour
    wheat apple bread cloud drift earth flame grain honey inlet jewel knight light moon night ocean plain
    quest rain stone tower union voice water youth arrow brook coral dawn frost globe horse iron jade lake
    mist north orbit pearl rose star trail wind ash bell clay dune elm fern gold hill jet kite leaf moss
    nest oak path root sand tide vine wave bird corn drum east fish gate hand ink key lamp milk nut owl
    pond rock ship tree wall
    """.split()  # noqa: SIM905 - a list of words is read as text
)

_CORPUS_WORDS = 90_000
_VOCABULARY = 20_000
_SHIFT = 2.0
"""Zipf-Mandelbrot: the first ranks are closer to each other than 1/rank has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """A long text of random words; passages are cut from it, which is quick. `starts` are the words' places."""

    text: str
    starts: tuple[int, ...]

    def passage(self, *, characters: int, random: Random) -> str:
        """Return whole words of the text, at most `characters` of them; of a longer first word, its beginning."""
        if characters * 2 > len(self.text):
            return (f"{self.text} " * (characters // len(self.text) + 1))[:characters].rstrip()
        choices = int(len(self.starts) * (1 - characters / len(self.text)) * 0.95)
        start = self.starts[int(random.random() * choices)]
        end = start + characters
        if self.text[end] == " ":
            return self.text[start:end]
        cut = self.text.rfind(" ", start, end)
        return self.text[start : cut if cut > start else end]


def word_of_rank(rank: int) -> str:
    """Return the word of a rank, made of three common ones for the frequent ranks and of five for all others.

    They are long because a server that indexes text works per word: text of a size holds a third as many of them.
    """
    count = len(COMMON_WORDS)
    turn, first = divmod(rank, count)
    parts = [first, first * 31 + turn * 7 + 3, first + turn * 11 + turn // count]
    if turn:
        parts += [first * 7 + turn * 3 + 1, first * 13 + turn]
    return "".join(COMMON_WORDS[part % count] for part in parts)


@lru_cache(maxsize=2)
def corpus(seed: int) -> Corpus:
    """Return the text that a seed gives."""
    random = Random(f"{seed}/corpus")  # noqa: S311 - no secret
    ranks = list(range(_VOCABULARY))
    weights = list(accumulate(1 / (rank + _SHIFT) for rank in ranks))
    words = [word_of_rank(rank) for rank in ranks]
    chosen = random.choices(words, cum_weights=weights, k=_CORPUS_WORDS)
    starts = tuple(accumulate((len(word) + 1 for word in chosen[:-1]), initial=0))
    return Corpus(text=" ".join(chosen), starts=starts)
