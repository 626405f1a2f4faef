"""Every line of the two plans that show the whole language, as the model holds it."""

from __future__ import annotations

from decimal import Decimal as DecimalNumber
from fractions import Fraction
from pathlib import Path

import pytest

from groundplan.base.origin import Origin
from groundplan.plan import types
from groundplan.plan.access import (
    Delete,
    Insert,
    Isolation,
    Latest,
    Load,
    Mix,
    Near,
    ParameterHint,
    Read,
    Rollup,
    Search,
    Setting,
    Transaction,
    Update,
    Upsert,
    Workload,
)
from groundplan.plan.formula import Formula
from groundplan.plan.model import (
    Arrow,
    Attribute,
    Conventions,
    DeletePolicy,
    Entity,
    Exclusion,
    FunctionalDependency,
    KeyKind,
    Lifecycle,
    NamedCheck,
    NormalForm,
    NormalFormWish,
    Number,
    Plan,
    ReferentialAction,
    Relationship,
    Retention,
    Targets,
    UniqueTogether,
)
from groundplan.plan.quantities import (
    AbsoluteGrowth,
    CompoundGrowth,
    Distance,
    Duration,
    Fanout,
    Rate,
    TimeUnit,
    Volume,
)
from groundplan.plan.reader import read_plan

CASES = Path(__file__).parent / "cases"


def plan(name: str) -> Plan:
    reading = read_plan(CASES / f"{name}.plan.yaml")
    assert reading.diagnostics == ()
    assert reading.plan is not None
    return reading.plan


@pytest.fixture(scope="module")
def blog() -> Plan:
    return plan("blog")


@pytest.fixture(scope="module")
def rest() -> Plan:
    return plan("rest")


def formula(text: str) -> Formula:
    return Formula(text=text)


def formulas(*texts: str) -> tuple[Formula, ...]:
    return tuple(map(formula, texts))


def per_month(percent: int) -> CompoundGrowth:
    return CompoundGrowth(Fraction(percent, 100), TimeUnit.MONTH)


def each(count: int, per: TimeUnit = TimeUnit.SECOND, *, within_ms: int | None = None) -> Load:
    target = None if within_ms is None else Duration(Fraction(within_ms), TimeUnit.MILLISECOND)
    return Load(rate=Rate(Fraction(count), per), target=target)


def test_the_head_of_the_blog(blog: Plan) -> None:
    assert (blog.name, blog.about) == ("blog", "A blog with many authors.")
    assert blog.targets == Targets(postgres=18, mongo=6)
    assert blog.conventions == Conventions(keys=KeyKind.UUID, has_timestamps=True, names=Number.PLURAL)
    assert (blog.pins, blog.rollups, blog.workload, blog.transactions) == ((), (), None, ())


def test_the_entities_of_the_blog(blog: Plan) -> None:
    role = types.Enum(values=tuple(map(types.EnumValue, ("admin", "user", "guest"))))
    shares = (("draft", 10), ("published", 85), ("archived", 5))
    status = types.Enum(values=tuple(types.EnumValue(word, Fraction(share, 100)) for word, share in shares))
    assert blog.entities == (
        Entity(
            name="User",
            about="Somebody who can sign in.",
            rows=Volume(2_000_000, per_month(3)),
            lifecycle=Lifecycle(delete=DeletePolicy.SOFT, has_audit=True),
            attributes=(
                Attribute(name="email", type=types.Email(), is_unique=True),
                Attribute(name="username", type=types.Text(minimum=3, maximum=50), is_unique=True),
                Attribute(name="password_hash", type=types.Text(maximum=255), is_secret=True),
                Attribute(name="first_name", type=types.Text(maximum=100), is_optional=True),
                Attribute(name="role", type=role, default=formula("user")),
                Attribute(name="is_active", type=types.Boolean(), default=formula("true")),
            ),
        ),
        Entity(
            name="Preferences",
            rows=Volume(2_000_000),
            attributes=(Attribute(name="settings", type=types.Json(), default=formula("{}")),),
        ),
        Entity(
            name="Post",
            rows=Volume(20_000_000, per_month(4)),
            attributes=(
                Attribute(name="title", type=types.Text(maximum=255)),
                Attribute(name="slug", type=types.Slug(), is_unique=True),
                Attribute(name="content", type=types.Text(typical_bytes=4096)),
                Attribute(name="excerpt", type=types.Text(maximum=500), is_optional=True),
                Attribute(name="status", type=status, default=formula("draft")),
                Attribute(name="published_at", type=types.Timestamp(), is_optional=True),
            ),
        ),
        Entity(
            name="Tag",
            rows=Volume(5000),
            attributes=(
                Attribute(name="name", type=types.Text(maximum=50), is_unique=True),
                Attribute(name="slug", type=types.Slug(), is_unique=True),
            ),
        ),
        Entity(
            name="Comment",
            rows=Volume(150_000_000, per_month(6)),
            attributes=(
                Attribute(name="content", type=types.Text(maximum=4000)),
                Attribute(name="is_approved", type=types.Boolean(), default=formula("false")),
            ),
        ),
        Entity(
            name="Session",
            rows=Volume(500_000),
            lifecycle=Lifecycle(expires="expires_at"),
            attributes=(
                Attribute(name="token", type=types.Text(maximum=64), is_unique=True, is_secret=True),
                Attribute(name="expires_at", type=types.Timestamp()),
            ),
        ),
        Entity(
            name="Place",
            attributes=(
                Attribute(name="name", type=types.Text(maximum=100)),
                Attribute(name="coordinates", type=types.Point()),
            ),
        ),
    )


def test_the_relationships_of_the_blog(blog: Plan) -> None:
    to_one = {"arrow": Arrow.MANY_TO_ONE}
    cascade = {"on_delete": ReferentialAction.CASCADE}
    assert blog.relationships == (
        Relationship(
            source="Post",
            name="author",
            targets=("User",),
            inverse="posts",
            inverse_fanout=Fanout(p50=3, p99=400, max=20_000),
            on_delete=ReferentialAction.RESTRICT,
            **to_one,
        ),
        Relationship(
            source="Preferences",
            name="user",
            arrow=Arrow.ONE_TO_ONE,
            targets=("User",),
            inverse="preferences",
            **cascade,
        ),
        Relationship(
            source="Post",
            name="tags",
            arrow=Arrow.MANY_TO_MANY,
            targets=("Tag",),
            inverse="posts",
            fanout=Fanout(p50=3, max=10),
            inverse_fanout=Fanout(p50=2000, max=3_000_000),
        ),
        Relationship(
            source="Comment",
            name="post",
            targets=("Post",),
            inverse="comments",
            inverse_fanout=Fanout(p50=4, p99=300, max=50_000),
            **to_one,
            **cascade,
        ),
        Relationship(source="Comment", name="author", targets=("User",), inverse="comments", **to_one),
        Relationship(
            source="Comment",
            name="parent",
            targets=("Comment",),
            is_optional=True,
            inverse="replies",
            same="post",
            **to_one,
            **cascade,
        ),
        Relationship(source="Session", name="user", targets=("User",), **to_one, **cascade),
    )


def test_the_access_patterns_of_the_blog(blog: Plan) -> None:
    assert blog.access == (
        Read(
            name="recent_posts",
            entity="Post",
            fields=formulas("title", "slug", "excerpt", "published_at", "author.username"),
            where=formula("status = 'published' and published_at > now() - interval '30 days'"),
            order=formulas("published_at desc"),
            page=20,
            load=each(500, within_ms=50),
        ),
        Read(
            name="post_by_slug",
            entity="Post",
            is_one=True,
            where=formula("slug = :slug"),
            fields=formulas("title", "content", "author.username", "tags.name"),
            load=each(900),
        ),
        Read(
            name="thread",
            entity="Comment",
            where=formula("post = :post and is_approved"),
            order=formulas("created_at"),
            page=50,
            load=each(400),
        ),
        Read(
            name="search_posts",
            entity="Post",
            search=Search(members=("title", "content"), language="english"),
            page=20,
            load=each(20, within_ms=200),
        ),
        Read(
            name="near_me",
            entity="Place",
            near=Near(attribute="coordinates", center=formula(":here"), within=Distance(Fraction(5000))),
            page=20,
            load=each(5),
        ),
        Read(
            name="statistics",
            entity="Post",
            fields=formulas(
                "id", "title", "count(comments) as comment_count", "max(comments.created_at) as last_comment_at"
            ),
            staleness=Duration(Fraction(10), TimeUnit.MINUTE),
            load=each(5, TimeUnit.MINUTE, within_ms=500),
        ),
        Insert(name="add_comment", entity="Comment", load=each(50)),
        Update(
            name="publish",
            entity="Post",
            where=formula("id = :id"),
            settings=(
                Setting(name="status", value=formula("published")),
                Setting(name="published_at", value=formula("now()")),
            ),
            load=each(2),
        ),
    )


def test_what_the_blog_does_not_need_of_entities(rest: Plan) -> None:
    text = {length: types.Text(maximum=length) for length in (10, 20, 60, 80)}
    assert rest.entities == (
        Entity(
            name="Item",
            tenant="Shop",
            unique=(UniqueTogether(members=("shop", "sku")),),
            checks=(NamedCheck(name="dates", formula=formula("starts_at < ends_at")),),
            attributes=(
                Attribute(name="nb_of_bids", type=types.Integer(), computed=formula("count(bids)")),
                Attribute(name="sku", type=text[20]),
            ),
        ),
        Entity(
            name="Order",
            attributes=(
                Attribute(name="zip", type=text[10]),
                Attribute(name="city", type=text[80]),
                Attribute(name="country", type=text[60]),
            ),
            normal_form=NormalFormWish(form=NormalForm.BOYCE_CODD),
            dependencies=(FunctionalDependency(determinant=("zip",), dependent=("city", "country")),),
        ),
        Entity(name="Booking", exclude=(Exclusion(members=(("room", "="), ("during", "&&"))),)),
        Entity(
            name="Reading",
            key=("device", "at"),
            rows=Volume(2_000_000_000, AbsoluteGrowth(50_000_000, TimeUnit.DAY)),
            lifecycle=Lifecycle(retain=Retention(keep=Duration(Fraction(90), TimeUnit.DAY), by="at")),
            attributes=(
                Attribute(
                    name="at",
                    type=types.Timestamp(),
                    values=types.Distribution(
                        arrives=types.Arrival.IN_ORDER, late=Duration(Fraction(5), TimeUnit.MINUTE)
                    ),
                ),
                Attribute(
                    name="value",
                    type=types.Float(),
                    is_optional=True,
                    values=types.Distribution(distinct=5000, zipf=Fraction(11, 10), nulls=Fraction(2, 100)),
                ),
            ),
        ),
    )


def test_what_the_blog_does_not_need_of_relationships_and_rollups(rest: Plan) -> None:
    assert rest.relationships == (
        Relationship(
            source="Reading",
            name="device",
            arrow=Arrow.MANY_TO_ONE,
            targets=("Device",),
            inverse="readings",
            inverse_fanout=Fanout(p50=100_000),
            on_update=ReferentialAction.CASCADE,
        ),
        Relationship(
            source="Attachment",
            name="subject",
            arrow=Arrow.MANY_TO_ONE,
            targets=("Ticket", "Message"),
            inverse="attachments",
        ),
    )
    assert rest.rollups == (
        Rollup(
            name="hourly",
            of="Reading",
            by=("device",),
            every=Duration(Fraction(1), TimeUnit.HOUR),
            at="at",
            fields=formulas("avg(value) as mean"),
            keep=Duration(Fraction(2), TimeUnit.YEAR),
        ),
    )


def test_what_the_blog_does_not_need_of_access(rest: Plan) -> None:
    assert rest.access == (
        Read(
            name="history",
            entity="Reading",
            where=formula("device = :device and at >= :since"),
            params=(
                ParameterHint(name="device", value=formula("hot")),
                ParameterHint(name="since", value=formula("now() - 1 day")),
            ),
            limit=1000,
        ),
        Read(name="latest", entity="Reading", latest=Latest(per="device", by="at")),
        Read(
            name="hours",
            entity="Reading",
            group=formulas("date_trunc('hour', at)"),
            fields=formulas("avg(value) as mean"),
        ),
        Insert(name="load", entity="Reading", batch=5000),
        Upsert(name="rename", entity="Device", on=("serial",)),
        Delete(name="forget", entity="Device", where=formula("id = :id")),
        Update(
            name="bump",
            entity="Item",
            where=formula("id = :id"),
            settings=(Setting(name="nb_of_bids", value=formula("nb_of_bids + 1")),),
        ),
    )
    assert rest.transactions == (
        Transaction(name="StoreBid", steps=("add_bid", "bump"), isolation=Isolation.READ_COMMITTED),
    )
    weights = (("StoreBid", Fraction("0.0374")), ("history", Fraction("0.1")))
    assert rest.workload == Workload(
        mixes=(Mix(name="bidding", weights=weights),), use="bidding", total=Rate(Fraction(1000), TimeUnit.SECOND)
    )


def test_things_and_formulas_know_where_they_stand(blog: Plan, rest: Plan) -> None:
    lines = (CASES / "blog.plan.yaml").read_text(encoding="utf-8").splitlines()

    def at(origin: Origin) -> str:
        assert origin.file == str(CASES / "blog.plan.yaml")
        return lines[origin.line - 1][origin.column - 1 :]

    for entity in blog.entities:
        assert at(entity.origin).startswith(f"{entity.name}:")
        for attribute in entity.attributes:
            assert at(attribute.origin).startswith(f"{attribute.name}:")
            if attribute.default:
                assert at(attribute.default.origin).startswith(attribute.default.text)
    for relationship in blog.relationships:
        assert at(relationship.origin).startswith(f"{relationship.label} ")
    for pattern in blog.access:
        assert at(pattern.origin).startswith(f"{pattern.name}:")
        found = [getattr(pattern, "where", None), *getattr(pattern, "fields", ()), *getattr(pattern, "order", ())]
        found += [setting.value for setting in getattr(pattern, "settings", ())]
        for one in filter(None, found):
            assert at(one.origin).startswith(one.text)
    near = next(pattern.near for pattern in blog.access if isinstance(pattern, Read) and pattern.near)
    assert at(near.center.origin).startswith(':here"')
    assert rest.origin.line == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("decimal(10,2)", types.Decimal(precision=10, scale=2)),
        ("decimal(5)", types.Decimal(precision=5, scale=0)),
        (
            "decimal(5, 2, -1.5..100)",
            types.Decimal(precision=5, scale=2, minimum=DecimalNumber("-1.5"), maximum=DecimalNumber(100)),
        ),
        ("int(1..5)", types.Integer(minimum=1, maximum=5)),
        ("int(-5..)", types.Integer(minimum=-5)),
        ("int(..1_000)", types.Integer(maximum=1000)),
        ("float(0..1e3)", types.Float(minimum=DecimalNumber(0), maximum=DecimalNumber(1000))),
        ("text(3..)", types.Text(minimum=3)),
        ("list of text(20)", types.ListOf(of=types.Text(maximum=20))),
        ("list(10) of enum(a)", types.ListOf(of=types.Enum(values=(types.EnumValue("a"),)), maximum=10)),
        ("vector(384)", types.Vector(dimensions=384)),
        ("range of timestamp", types.Range(of=types.Timestamp())),
        ("range of decimal(10,2)", types.Range(of=types.Decimal(precision=10, scale=2))),
        ("bytes(1MB)", types.Bytes(maximum=2**20)),
        ("bytes(16)", types.Bytes(maximum=16)),
        ("enum('in review' 5%, don't, \"a,b\")", types.Enum(values=(
            types.EnumValue("in review", Fraction(1, 20)), types.EnumValue("don't"), types.EnumValue("a,b"),
        ))),
    ],
)  # fmt: skip
def test_types(text: str, expected: types.AttributeType, tmp_path: Path) -> None:
    path = tmp_path / "types.plan.yaml"
    path.write_text(f"entities:\n  A:\n    attributes:\n      a: >-\n        {text}\n", encoding="utf-8")
    reading = read_plan(path)
    assert reading.diagnostics == ()
    assert reading.plan is not None
    assert reading.plan.entities[0].attributes[0].type == expected
