"""Design patterns by name: a short plan in which each is chosen, and the number that, changed, makes it not so."""

from dataclasses import dataclass

import pytest

from groundplan.logical.derive import derive_relations
from groundplan.mongo.design import design_mongo
from groundplan.mongo.model import MongoDesign
from groundplan.plan.reader import read_plan_text
from groundplan.plan.resolve import resolve


@dataclass(frozen=True, kw_only=True)
class Pattern:
    name: str
    pin: str
    plan: str
    number: str
    instead: str
    otherwise: str | None


PATTERNS = (
    Pattern(
        name="embed",
        pin="mongo.Line.order",
        plan="""
entities:
  Order: {rows: {now: 1M}, attributes: {number: text(20) unique, placed: date}}
  Line: {rows: {now: 3M}, attributes: {sku: text(20), quantity: int, price: money}}
relationships:
  Line.order > Order: {inverse: lines, inverse_fanout: {p50: 3, p99: 20, max: 200}, on_delete: cascade}
access:
  order: {read: Order, one: true, where: number = :number, fields: [placed, lines.sku, lines.price], rate: 500/s}
  add: {insert: Line, rate: 30/s}
""",
        number="max: 200}",
        instead="max: 2M}",
        otherwise="reference",
    ),
    Pattern(
        name="reference",
        pin="mongo.Song.album",
        plan="""
entities:
  Album: {rows: {now: 1M}, attributes: {title: text(100), cover: text ~40KB}}
  Song: {rows: {now: 12M}, attributes: {title: text(100), plays: int = 0}}
relationships:
  Song.album > Album: {inverse: songs, inverse_fanout: {p50: 12, p99: 30, max: 60}}
access:
  album: {read: Album, one: true, where: id = :id, fields: [title, songs.title], rate: 1/s}
  played: {update: Song, where: id = :id, set: {plays: plays + 1}, rate: 500/s}
""",
        number="rate: 1/s}",
        instead="rate: 9000/s}",
        otherwise="embed",
    ),
    Pattern(
        name="extended reference",
        pin="mongo.Post.author",
        plan="""
entities:
  User: {rows: {now: 1M}, attributes: {name: text(50), mood: text(20)}}
  Post: {rows: {now: 10M}, attributes: {title: text(100)}}
relationships:
  Post.author > User: {inverse: posts, inverse_fanout: {p50: 9, p99: 60, max: 9K}}
access:
  front: {read: Post, fields: [title, author.mood], order: created_at desc, page: 20, rate: 100/s}
  feel: {update: User, where: id = :id, set: {mood: ":mood"}, rate: 1/s}
""",
        number="rate: 1/s}",
        instead="rate: 900/s}",
        otherwise="reference",
    ),
    Pattern(
        name="subset",
        pin="mongo.Review.product",
        plan="""
entities:
  Product: {rows: {now: 100M}, attributes: {name: text(100)}}
  Review: {rows: {now: 2000M}, attributes: {stars: int(1..5), body: text ~300B}}
relationships:
  Review.product > Product: {inverse: reviews, inverse_fanout: {p50: 12, p99: 400, max: 900K}}
access:
  newest: {read: Review, where: product = :product, order: created_at desc, limit: 10, rate: 900/s}
  add: {insert: Review, rate: 20/s}
""",
        number="rate: 20/s}",
        instead="rate: 2000/s}",
        otherwise="reference",
    ),
    Pattern(
        name="computed",
        pin="mongo.Like.photo.count",
        plan="""
entities:
  Photo: {rows: {now: 1M}, attributes: {title: text(100)}}
  Like: {rows: {now: 90M}, attributes: {mood: int}}
relationships:
  Like.photo > Photo: {inverse: likes, inverse_fanout: {p50: 20, p99: 900, max: 900K}}
access:
  photo: {read: Photo, one: true, where: id = :id, fields: [title, count(likes) as likes], rate: 300/s}
  like: {insert: Like, rate: 20/s}
""",
        number="rate: 20/s}",
        instead="rate: 9000/s}",
        otherwise="when read",
    ),
    Pattern(
        name="outlier",
        pin="mongo.Follower.star.growth",
        plan="""
entities:
  Star: {rows: {now: 1M}, attributes: {name: text(50)}}
  Follower: {rows: {now: 90M}, attributes: {name: text(50)}}
relationships:
  Follower.star > Star: {inverse: followers, inverse_fanout: {p50: 20, p99: 900, max: 9M}}
access:
  star: {read: Star, one: true, where: id = :id, fields: [name, followers.name], rate: 300/s}
""",
        number="max: 9M}",
        instead="max: 9K}",
        otherwise=None,
    ),
    Pattern(
        name="schema versioning",
        pin="mongo.Note.versioning",
        plan="""
entities:
  Note: {rows: {now: 900K}, attributes: {body: text, at: {type: timestamp, values: {arrives: in order}}}}
  Sheet: {rows: {now: 1M}, attributes: {title: text}}
relationships:
  Note.sheet > Sheet: {inverse: notes, inverse_fanout: {p50: 1}}
access:
  write: {insert: Note, rate: 1/s}
""",
        number="Note: {rows: {now: 900K}, ",
        instead="Note: {rows: {now: 9M}, ",
        otherwise=None,
    ),
    Pattern(
        name="time series",
        pin="mongo.Reading.collection",
        plan="""
entities:
  Device: {rows: {now: 10}, attributes: {serial: text(20) unique}}
  Reading:
    rows: {now: 2B}
    attributes: {at: {type: timestamp, values: {arrives: in order}}, value: float}
relationships:
  Reading.device > Device: {inverse: readings, inverse_fanout: {p50: 100K}}
access:
  history: {read: Reading, where: "device = :device and at >= :since", limit: 1000, rate: 5/s}
  load: {insert: Reading, batch: 5000, rate: 1/s}
""",
        number="{now: 2B}",
        instead="{now: 600K}",
        otherwise="collection",
    ),
    Pattern(
        name="counter collection",
        pin="mongo.Views.count.counter",
        plan="""
entities:
  Page: {rows: {now: 1M}, attributes: {title: text(100), body: text ~30KB}}
  Views: {rows: {now: 1M}, attributes: {count: int = 0}}
relationships:
  Views.page - Page: {inverse: views, on_delete: cascade}
access:
  page: {read: Page, one: true, where: id = :id, fields: [title, body, views.count], rate: 5/s}
  viewed: {update: Views, where: page = :page, set: {count: count + 1}, rate: 800/s}
""",
        number="rate: 5/s}",
        instead="rate: 9000/s}",
        otherwise="in the document",
    ),
    Pattern(
        name="embed",
        pin="mongo.Post.tags.post",
        plan="""
entities:
  Post: {rows: {now: 1M}, attributes: {slug: slug unique, title: text(100)}}
  Tag: {rows: {now: 900K}, attributes: {name: text(30) unique}}
relationships:
  Post.tags <> Tag: {inverse: posts, fanout: {p50: 3, max: 10}, inverse_fanout: {p50: 2, max: 300K}}
access:
  post: {read: Post, one: true, where: slug = :slug, fields: [title, tags.name], rate: 300/s}
  tag: {insert: Post.tags, rate: 3/s}
""",
        number="max: 10}",
        instead="max: 900K}",
        otherwise="reference",
    ),
    Pattern(
        name="embed",
        pin="mongo.Answer.question",
        plan="""
entities:
  Quiz: {rows: {now: 1M}, attributes: {title: text(100)}}
  Question: {rows: {now: 9M}, attributes: {words: text(200)}}
  Answer: {rows: {now: 30M}, attributes: {words: text(100), is_right: bool}}
relationships:
  Question.quiz > Quiz: {inverse: questions, inverse_fanout: {p50: 9, p99: 30, max: 60}, on_delete: cascade}
  Answer.question > Question: {inverse: answers, inverse_fanout: {p50: 3, p99: 6, max: 9}, on_delete: cascade}
access:
  quiz:
    read: Quiz
    one: true
    where: id = :id
    fields: [title, questions.words, questions.answers.words, questions.answers.is_right]
    rate: 300/s
""",
        number="p99: 6, max: 9}",
        instead="p99: 6, max: 9M}",
        otherwise="reference",
    ),
    Pattern(
        name="polymorphic collection",
        pin="mongo.Item.kind.kinds",
        plan="""
entities:
  Item:
    rows: {now: 1M}
    attributes: {name: text, kind: "enum(book, film)", pages: int?, minutes: int?}
    checks: {book: "kind <> 'book' or pages is not null"}
access:
  items: {read: Item, where: kind = :kind, page: 20}
""",
        number="pages is not null",
        instead="pages > 1",
        otherwise=None,
    ),
    Pattern(
        name="tree: parent reference",
        pin="mongo.Folder.parent.tree",
        plan="""
entities:
  Folder: {rows: {now: 1M}, attributes: {name: text}}
relationships:
  Folder.parent > Folder?: {inverse: folders}
access:
  inside: {read: Folder, where: parent = :parent, page: 20}
""",
        number="Folder.parent > Folder?",
        instead="Folder.parent - Folder?",
        otherwise=None,
    ),
)


def designed(plan: str) -> MongoDesign:
    reading = read_plan_text("plan: case\ntargets: {mongo: 6}\n" + plan.lstrip(), file="case.plan.yaml")
    assert reading.plan is not None, reading.diagnostics
    resolved = resolve(reading.plan)
    assert not resolved.diagnostics, resolved.diagnostics
    return design_mongo(resolved, derive_relations(resolved))


def choice(design: MongoDesign, pin: str) -> str | None:
    found = {decision.pin: decision for decision in design.decisions}
    if pin not in found:
        return None
    assert found[pin].alternatives, pin
    return found[pin].choice


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: f"{pattern.name} {pattern.pin}")
def test_the_pattern_is_chosen(pattern: Pattern) -> None:
    design = designed(pattern.plan)
    made = [(found.pin, found.choice, found.reason, found.alternatives) for found in design.decisions]
    assert choice(design, pattern.pin) == pattern.name, made


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: f"{pattern.name} {pattern.pin}")
def test_another_number_makes_it_not_so(pattern: Pattern) -> None:
    assert pattern.plan.count(pattern.number) == 1
    design = designed(pattern.plan.replace(pattern.number, pattern.instead))
    made = [(found.pin, found.choice, found.reason, found.alternatives) for found in design.decisions]
    assert choice(design, pattern.pin) == pattern.otherwise, made
