"""Words differ by rank, and passages are whole words of the size asked for."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from groundplan.rows.vocabulary import COMMON_WORDS, corpus, word_of_rank


def test_every_rank_has_a_word_of_its_own():
    words = [word_of_rank(rank) for rank in range(20_000)]
    assert len(set(words)) == 20_000
    assert all(word.isascii() and word.isalpha() and word.islower() for word in words)
    assert len(set(COMMON_WORDS)) == len(COMMON_WORDS)


def test_few_words_are_everywhere_and_many_are_rare():
    counts = [count for _, count in Counter(corpus(1).text.split()).most_common()]
    assert counts[0] > 1_000
    assert counts[len(counts) // 2] < 10
    assert corpus(1).text == corpus(1).text != corpus(2).text


@pytest.mark.parametrize("characters", [5, 40, 200, 4_000, 900_000, 5_000_000])
def test_passages_are_as_long_as_they_may(characters):
    random, text = Random(3), corpus(1)
    words = set(text.text.split())
    for _ in range(20 if characters < 10_000 else 2):
        passage = text.passage(characters=characters, random=random)
        assert 0 < len(passage) <= characters
        assert passage == passage.strip()
        if characters >= 200:
            assert len(passage) > characters - 60
            assert set(passage.split()[:-1]) <= words
