"""Packing: nothing overlaps, all lies inside, and the whole is neither a tower nor a ribbon."""

from hypothesis import given
from hypothesis import strategies as st

from groundplan.report.packing import pack

SIDES = st.floats(min_value=20, max_value=3000)


@given(st.lists(st.tuples(SIDES, SIDES), max_size=40))
def test_no_rectangle_overlaps_another_or_leaves_the_whole(sizes: list[tuple[float, float]]) -> None:
    packing = pack(sizes)
    placed = [(x, y, x + width, y + height) for (x, y), (width, height) in zip(packing.corners, sizes, strict=True)]
    for at, (left, top, right, bottom) in enumerate(placed):
        assert left >= 0
        assert top >= 0
        assert right <= packing.width
        assert bottom <= packing.height
        for left2, top2, right2, bottom2 in placed[at + 1 :]:
            assert right <= left2 or right2 <= left or bottom <= top2 or bottom2 <= top


@given(st.lists(st.tuples(SIDES, SIDES), min_size=1, max_size=40))
def test_the_order_of_equals_is_kept(sizes: list[tuple[float, float]]) -> None:
    assert pack(sizes) == pack(list(sizes))


def test_many_small_ones_fill_a_screen() -> None:
    packing = pack([(200, 160)] * 60)
    assert 1 < packing.width / packing.height < 2
    assert packing.width * packing.height < 60 * 248 * 208 * 1.15


def test_small_ones_stand_beside_a_large_one() -> None:
    packing = pack([(1000, 900), (100, 100), (100, 100), (100, 100)])
    assert packing.height == 900
    assert [corner[0] for corner in packing.corners] == [0, 1048, 1048, 1048]
