"""One scale factor for the whole plan; small relations stay whole, and no key is asked for more than it has."""

from __future__ import annotations

from groundplan.rows.sizes import sample_sizes

SHOP = """
entities:
  Shop:     {rows: {now: 400}, attributes: {name: text(40)}}
  Customer: {rows: {now: 1M}, attributes: {name: text(40)}}
  Profile:  {rows: {now: 1M}, attributes: {bio: text(400)}}
  Order:    {rows: {now: 10M}, attributes: {total: money}}
  Word:     {rows: {now: 8K}, attributes: {text: text(20) unique}}
relationships:
  Profile.customer - Customer: {}
  Order.customer > Customer:   {inverse_fanout: {p50: 4, p99: 100}}
  Order.words <> Word:         {fanout: {p50: 2}}
"""


def test_large_relations_share_one_factor_and_small_ones_stay_whole(made):
    sizes = sample_sizes(made(SHOP).logical, largest=2_000)
    largest = max(relation.rows.now for relation in made(SHOP).logical.relations)
    assert sizes.scale == 2_000 / largest
    assert sizes.of("shops") == 400
    assert sizes.of("words") == 8_000
    assert sizes.of("customers") == round(1_000_000 * sizes.scale)
    assert sizes.of("profiles") == sizes.of("customers")
    assert sizes.clips == ()


def test_links_keep_the_fanout_of_their_more_scaled_side(made):
    logical = made(SHOP).logical
    sizes = sample_sizes(logical, largest=2_000)
    declared = logical.relation("order_words").rows.now / logical.relation("orders").rows.now
    assert abs(sizes.of("order_words") / sizes.of("orders") - declared) < 0.1


def test_everything_stays_whole_where_it_fits(made):
    sizes = sample_sizes(made(SHOP.replace("10M", "5K").replace("1M", "900")).logical, largest=200_000)
    assert sizes.scale == 1.0
    assert sizes.of("orders") == 5_000


def test_a_one_to_one_relation_has_no_more_rows_than_its_target(made):
    plan = """
    entities:
      User:    {rows: {now: 1M}, attributes: {name: text(40)}}
      Profile: {rows: {now: 9K}, attributes: {bio: text(400)}}
    relationships:
      Profile.user - User: {}
    """
    sizes = sample_sizes(made(plan, largest=1_000).logical, largest=1_000)
    assert sizes.of("profiles") == sizes.of("users") == 1_000
    (clip,) = sizes.clips
    assert (clip.relationship, clip.wanted, clip.kept) == ("Profile.user", 9_000, 1_000)


def test_a_key_over_few_values_bounds_the_rows(made):
    plan = """
    entities:
      Setting: {rows: {now: 500}, attributes: {name: "enum(a, b, c) unique"}}
    """
    sample = made(plan).sample
    assert len(sample.of("settings").rows) == 3
    assert len(sample.spare_of("settings").rows) == 0
