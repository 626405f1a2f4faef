"""Parameters occur in the sample as often as their case says, and together."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from groundplan.base.diagnostics import has_errors
from groundplan.logical.derive import derive_relations
from groundplan.plan.reader import read_plan_text
from groundplan.plan.resolve import resolve
from groundplan.prove.parameters import NoValue, choose_constants, choose_parameters
from groundplan.rows.generate import generate_sample
from groundplan.rows.lookup import SampleLookup

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

PLAN = """
plan: parameters
targets: {postgres: 18}
entities:
  User:   {rows: {now: 20K}, lifecycle: {delete: soft}, attributes: {email: email unique, is_active: bool = true}}
  Post:
    rows: {now: 200K}
    attributes:
      title: text(100)
      body:  text ~1KB
      kind:  enum(long 70%, short 30%)
      score: int(0..100)
      at:    timestamp
      extra: json
      link:  {type: url, optional: true, values: {nulls: 100%}}
      rare:  {type: "int(0..9)", optional: true, values: {nulls: 95%}}
      words: list of text
      open:  range of timestamp
  Tag:    {rows: {now: 400}, attributes: {name: text(40) unique}}
  Place:  {rows: {now: 3K}, attributes: {spot: point}}
relationships:
  Post.author > User: {inverse: posts, inverse_fanout: {p50: 5, p99: 100, max: 20K}}
  Post.tags <> Tag:   {inverse: posts, fanout: {p50: 2}, inverse_fanout: {p50: 200, p99: 20K}}
access:
  by_email:  {read: User, one: true, where: email = :email and is_active}
  by_author: {read: Post, where: "author = :author and at >= :since and at < :until"}
  hot:
    read: Post
    where: author = :author and at >= :since
    params: {author: hot, since: "now() - interval '1 day'"}
  by_tag:    {read: Post, where: tags.name = :tag and kind = :kind}
  any_of:    {read: Post, where: "id = any(:ids)"}
  search:    {read: Post, search: {in: [title, body], language: english}, page: 10}
  near:      {read: Place, near: {spot: ":here", within: 5km}, page: 10}
  holds:     {read: Post, where: "extra @> :part", page: 10}
  of_kind:   {read: Post, where: "extra ->> 'kind' = :word and lower(title) = :title", page: 10}
  tagged:    {read: Post, where: "words @> array[:label]", page: 10}
  any_word:  {read: Post, where: ":label = any(words)", page: 10}
  open_at:   {read: Post, where: "open @> :moment::timestamp", page: 10}
  open_in:   {read: Post, where: "open && :span", page: 10}
  rarely:    {read: Post, where: "author = :author and rare >= :least"}
  set_rare:  {update: Post, where: id = :id, set: {rare: ":rare"}}
  none:      {read: Post, where: "score > 200"}
  far:       {read: Post, where: "score > 200 and author = :author"}
  missing:   {read: Post, where: "link = :link"}
  raise:     {update: Post, where: id = :id, set: {score: ":score"}}
  given:     {sql: "SELECT count(*) FROM posts WHERE score > :least", params: {least: 10}}
  not_given: {sql: "SELECT count(*) FROM posts WHERE score > :least"}
"""


@pytest.fixture(scope="module")
def world():
    reading = read_plan_text(PLAN, file="parameters.plan.yaml")
    assert reading.plan is not None, reading.diagnostics
    resolved = resolve(reading.plan)
    assert not has_errors((*reading.diagnostics, *resolved.diagnostics))
    logical = derive_relations(resolved)
    sample = generate_sample(resolved, logical, now=NOW, largest=10_000, seed=5)
    return resolved, SampleLookup(logical, sample)


@pytest.fixture
def choose(world):
    resolved, lookup = world

    def chosen(name):
        pattern = next(pattern for pattern in resolved.patterns if pattern.name == name)
        return choose_parameters(pattern, lookup=lookup, now=NOW)

    return chosen


def cases(choice):
    return {case.case: case for case in choice.cases}


def test_hot_is_the_most_frequent_typical_the_median_and_absent_nowhere(world, choose):
    counts = Counter(world[1].column("posts", "author_id"))
    found = cases(choose("by_author"))
    ranked = [count for _, count in counts.most_common()]
    assert counts[found["hot"].values["author"]] == ranked[0] == found["hot"].matches
    assert counts[found["typical"].values["author"]] == pytest.approx(ranked[len(ranked) // 2], abs=1)
    assert counts[found["absent"].values["author"]] == 0


def test_ranges_leave_rows_between_their_bounds(choose):
    values = cases(choose("by_author"))["hot"].values
    assert values["since"] < values["until"]


def test_rows_that_the_other_conditions_refuse_are_not_asked_for(world, choose):
    _, lookup = world
    active = {
        email
        for email, is_active, deleted in zip(
            lookup.column("users", "email"),
            lookup.column("users", "is_active"),
            lookup.column("users", "deleted_at"),
            strict=True,
        )
        if is_active and deleted is None
    }
    asked = {case.values["email"] for case in choose("by_email").rotation}
    assert len(asked) > 10
    assert asked <= active


def test_hints_are_honoured(world, choose):
    counts = Counter(world[1].column("posts", "author_id"))
    found = cases(choose("hot"))
    assert found["typical"].values["author"] == counts.most_common(1)[0][0]
    assert found["typical"].values["since"] == datetime(2026, 2, 28, 12, tzinfo=UTC)


def test_parameters_of_several_hops_are_chosen_together(world, choose):
    _, lookup = world
    found = cases(choose("by_tag"))["hot"]
    assert found.values["kind"] == "long"
    tags = dict(zip(lookup.column("tags", "id"), lookup.column("tags", "name"), strict=True))
    kinds = dict(zip(lookup.column("posts", "id"), lookup.column("posts", "kind"), strict=True))
    pairs = zip(lookup.column("post_tags", "post_id"), lookup.column("post_tags", "tag_id"), strict=True)
    counts = Counter((tags[tag], kinds[post]) for post, tag in pairs)
    assert counts.most_common(1)[0] == ((found.values["tag"], "long"), found.matches)


def test_rotations_are_frequency_and_variety(choose):
    rotation = [case.values["author"] for case in choose("by_author").rotation]
    assert len(set(rotation)) > 15
    assert Counter(rotation).most_common(1)[0][1] > 1


def test_lists_of_keys(choose):
    ids = cases(choose("any_of"))["typical"].values["ids"]
    assert len(ids) == len(set(ids)) == 5


def test_words_to_search(world, choose):
    _, lookup = world
    texts = [f"{a} {b}" for a, b in zip(lookup.column("posts", "title"), lookup.column("posts", "body"), strict=True)]
    found = cases(choose("search"))
    matching = {case: sum(found[case].values["words"] in text for text in texts) for case in found}
    assert matching["hot"] > 10 * matching["typical"] > 0
    assert matching["absent"] == 0
    assert len({case.values["words"] for case in choose("search").rotation}) > 15


def test_places_to_look_around(world, choose):
    spots = world[1].column("places", "spot")

    def crowd(place):
        return sum(abs(place[0] - x) < 0.05 and abs(place[1] - y) < 0.05 for x, y in spots)

    found = cases(choose("near"))
    assert crowd(found["hot"].values["here"]) > 20
    assert crowd(found["typical"].values["here"]) > 0
    assert crowd(found["absent"].values["here"]) == 0


def test_parts_of_json(world, choose):
    part = cases(choose("holds"))["typical"].values["part"]
    assert len(part) == 1
    assert any(part.items() <= extra.items() for extra in world[1].column("posts", "extra"))


@pytest.mark.parametrize("name", ["tagged", "any_word"])
def test_a_value_that_a_list_holds_is_one_of_its_values(world, choose, name):
    counts = Counter(word for words in world[1].column("posts", "words") for word in set(words))
    found = cases(choose(name))
    assert counts[found["hot"].values["label"]] == counts.most_common(1)[0][1] == found["hot"].matches
    assert counts[found["typical"].values["label"]] > 0
    assert counts[found["absent"].values["label"]] == 0


def test_a_moment_lies_in_a_range_and_a_range_stays_whole(world, choose):
    spans = set(world[1].column("posts", "open"))
    assert cases(choose("open_at"))["typical"].values["moment"] in {lower for lower, _ in spans}
    assert cases(choose("open_in"))["typical"].values["span"] in spans


def test_rows_without_a_value_leave_the_choice_to_all_rows(world, choose):
    present = set(world[1].column("posts", "rare")) - {None}
    assert {case.values["least"] for case in choose("rarely").rotation} <= present
    assert {case.values["rare"] for case in choose("set_rare").rotation} <= present


def test_formulas_are_worked_out_for_a_row(world, choose):
    _, lookup = world
    values = cases(choose("of_kind"))["typical"].values
    assert values["word"] in {extra["kind"] for extra in lookup.column("posts", "extra")}
    assert values["title"] in {title.lower() for title in lookup.column("posts", "title")}


def test_updates_keep_what_the_row_has(world, choose):
    _, lookup = world
    scores = dict(zip(lookup.column("posts", "id"), lookup.column("posts", "score"), strict=True))
    for case in choose("raise").rotation:
        assert scores[case.values["id"]] == case.values["score"]


def test_a_pattern_without_parameters_has_one_case(choose):
    (only,) = choose("none").cases
    assert (only.case, only.values) == ("typical", {})


def test_conditions_that_no_row_meets_are_asked_with_the_values_of_other_rows(choose):
    assert set(cases(choose("far"))) == {"hot", "typical", "absent"}


def test_a_parameter_without_any_value_is_named(choose):
    with pytest.raises(NoValue, match="no row of the sample has a value for every parameter of missing"):
        choose("missing")


def test_values_of_raw_statements_are_the_plan_s(world):
    raw = {pattern.name: pattern for pattern in world[0].patterns if pattern.name in ("given", "not_given")}
    assert choose_constants(raw["given"], now=NOW) == {"least": 10}
    with pytest.raises(NoValue, match="nothing tells a value for :least"):
        choose_constants(raw["not_given"], now=NOW)
