"""The thresholds of shape, on findings made by hand."""

from __future__ import annotations

import pytest

from groundplan.postgres.plans import IndexProbe, PlanFindings, Scan, SortedRows
from groundplan.prove.shape import Ground, Needs, early_ends, faults, small_samples, whole_reads

GROUND = Ground(
    declared={"large": 2_000_000, "small": 50, "scaled": 500_000},
    loaded={"large": 100_000, "small": 50, "scaled": 600},
    unordered=frozenset({"large_search_idx"}),
)
PAGE = Needs(reads_all_matches=False, is_bounded=True)
ALL = Needs(reads_all_matches=True, is_bounded=True)


def scan(
    table="large", *, kept=20, removed=0, loops=1, index="large_key", blocks=20, is_bounded=True, **options
) -> Scan:
    probes = (
        ()
        if index is None
        else (IndexProbe(index=index, is_bounded=is_bounded, rows=kept, blocks=blocks, searches=loops),)
    )
    given = {"node": "Index Scan", "is_sequential": index is None, "blocks": blocks, **options}
    return Scan(table=table, probes=probes, kept=kept, removed=removed, loops=loops, **given)


def findings(*scans: Scan, rows=20, **options) -> PlanFindings:
    given = {"sorts": (), "joins_removed": 0, "arbiters": (), "spills": (), "triggers": (), "text": "", **options}
    return PlanFindings(scans=scans, rows=rows, planning_ms=0, execution_ms=0, blocks=0, **given)


def words(*scans: Scan, needs=PAGE, **options) -> list[str]:
    return [fault.words for fault in faults(findings(*scans, **options), ground=GROUND, needs=needs)]


@pytest.mark.parametrize(
    "proper",
    [
        scan(),
        scan(removed=200),
        scan(kept=0, removed=100),
        scan("small", index=None, kept=50),
        scan(kept=500, loops=500, blocks=1_900),
        scan("unknown", index=None, kept=9_999),
        scan(kept=0, removed=0, loops=0, index=None),
    ],
    ids=["index", "filter", "few", "small table", "nested loop", "not ours", "never run"],
)
def test_what_is_in_proportion(proper):
    assert words(proper, rows=proper.kept) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (scan(index=None, kept=20, removed=99_980), "reads large from its beginning: 100,000 rows here, 2,000,000"),
        (scan(is_bounded=False, kept=20, removed=99_980), "reads all of large by large_key: 100,000 rows here"),
        (scan(kept=20, removed=400), "examines 420 rows of large to keep 20"),
        (scan(kept=0, removed=101), "examines 101 rows of large to keep 0"),
        (scan(kept=5, blocks=400), "reads 400 blocks of large_key to find 5 rows of large: its leading columns"),
        (scan("scaled", index=None, kept=1, removed=599), "reads scaled from its beginning: 600 rows here, 500,000"),
    ],
    ids=["sequential", "index read whole", "filter", "nothing kept", "index read through", "small sample"],
)
def test_what_is_not(wrong, said):
    (found,) = words(wrong)
    assert found.startswith(said)


def test_blocks_count_for_b_trees_alone():
    assert words(scan(kept=5, blocks=400, index="large_search_idx")) == []


def test_what_returns_most_of_a_table_may_read_it_whole():
    assert words(scan(index=None, kept=100_000), rows=60_000) == []
    assert words(scan(index=None, kept=100_000), rows=40_000) != []


def test_a_page_is_not_sorted_out_of_many_rows_unless_all_matches_are_needed():
    sort = (SortedRows(key=("a", "b"), sorted=632, used=50),)
    assert words(scan(kept=632), rows=50, sorts=sort) == ["sorts 632 rows to use 50: no index gives the order a, b"]
    assert words(scan(kept=632), rows=50, sorts=sort, needs=ALL) == []
    assert words(scan(kept=90), rows=50, sorts=(SortedRows(key=("a",), sorted=90, used=50),)) == []


def test_a_join_that_throws_rows_away_is_seen():
    scans = (scan(kept=570, removed=180), scan(kept=18, blocks=34))
    assert words(*scans, rows=10) == ["examines 768 rows of large to return 10"]
    gathering = Needs(reads_all_matches=False, is_bounded=True, gathers=True)
    assert words(*scans, rows=10, needs=gathering) == []


def test_a_spill_is_a_fault_wherever_it_is():
    assert words(scan("small", index=None), spills=("Sort by x",)) == ["spills to disk: Sort by x"]


def test_what_is_said_of_tables_that_may_be_read_whole():
    small = findings(scan("small", index=None, kept=50))
    assert whole_reads(small, ground=GROUND) == ("reads the 50 rows of small whole: 50 are declared",)
    most = findings(scan(index=None, kept=100_000), rows=100_000)
    assert whole_reads(most, ground=GROUND) == ("reads large whole: it returns 100,000 of its 100,000 rows",)


def test_small_samples_and_early_ends():
    assert small_samples(findings(scan("scaled"), scan()), ground=GROUND) == ("scaled",)
    assert early_ends(findings(scan(index=None, kept=20, removed=3_000)), ground=GROUND) == ("large",)
    assert early_ends(findings(scan(index=None, kept=20, removed=99_980)), ground=GROUND) == ()
