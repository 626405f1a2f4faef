"""Any plan that can be: strategies of Hypothesis for the whole model, by `st.from_type`."""

from __future__ import annotations

from decimal import Decimal as DecimalNumber
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from groundplan.base.names import composed
from groundplan.plan import access, formula, model, quantities, types
from groundplan.plan.grammar.names import hidden_problem, name_problem

NASTY_NAMES = (
    "Order", "no", "on", "null", "1", "true", "~", "a b", 'say "hi"', "it's", "x > y", "a|b", "a?b", "- a", "a - b",
    "🚗", "x; drop table y", "a,b", "é", "[a]", "{a}", "#x", "a #b", "a: b", ":a", ":?", "within", "attribute",
    "center", "->", "a->>b", "join: a", "by", "a by b", "select", "name", "origin", "<>", "'", '"', "'a'", "&a", "*a",
    "!a", "2M", "5ms", "%", "10%", "=", "is_optional", "targets", "to", "because", "x" * 80, "ſ", "İ", "Ω", "\\n", "\\",
)  # fmt: skip
NASTY_FORMULAS = (
    "null", "true", "0", "1.50", "0o17", "1e3", ":here", "a = :b", "status = 'published'", "a, b", "coalesce(a, b)",
    "{}", "[]", '{"a": [1, 2]}', "'it''s'", "now() - interval '30 days'", "a #b", "a: b", "- 1", "-1", "x desc",
    "count(c) as n", "date_trunc('hour', at)", "a\nand b", "a\n\n  and b", "'x", "(", "unique", "? secret", "= 1",
    "~4KB", "&& b", "*", "%", '"end" > "from"', "computed x", "hot", "not a", "no", "a\tb", "a -- b", "@x", "`x`",
    "!", "🚗",
)  # fmt: skip

printable = st.characters(exclude_categories=["Cs", "Cc"])
trimmed = st.text(printable, min_size=1, max_size=12).map(str.strip).filter(bool)
prose = trimmed | st.sampled_from(("A, b: c #d", "two\nlines", "ends: ", "no", "1")).map(str.strip)
names = st.sampled_from(NASTY_NAMES) | trimmed.map(composed).filter(lambda text: name_problem(text) is None)
subjects = names | st.builds("{}.{}".format, names, names)
"""Entities, and labels of relationships."""
file_names = names.filter(lambda name: "/" not in name and "\\" not in name)
formulas = (st.sampled_from(NASTY_FORMULAS) | trimmed).map(lambda text: formula.Formula(text=text))
counts = st.sampled_from((0, 1, 5, 20, 1000, 1500, 20_000, 1_234_567, 2_000_000, 1_500_000_000)) | st.integers(
    0, 2**63 - 1
)
positives = counts.filter(bool)
amounts = st.builds(lambda n, places: Fraction(n, 10**places), st.integers(1, 10**9), st.integers(0, 6))
shares = st.builds(lambda n: Fraction(n, 10**6), st.integers(0, 10**6))
decimals = st.decimals(min_value=-(10**9), max_value=10**9, places=4)


def some(items: st.SearchStrategy[Any], *, fewest: int = 0, by: Any = lambda item: item) -> st.SearchStrategy[Any]:
    """A tuple of distinct things."""
    return st.lists(items, min_size=fewest, max_size=3, unique_by=by).map(tuple)


def maybe(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | value


def bounds(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, Any]]:
    """A lower and an upper bound, either of which can be missing."""
    return st.tuples(maybe(values), maybe(values)).map(
        lambda pair: tuple(sorted(pair)) if None not in pair else pair,
    )


def bounded(kind: type[Any], values: st.SearchStrategy[Any], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(lambda pair, **rest: kind(minimum=pair[0], maximum=pair[1], **rest), bounds(values), **more)


@st.composite
def decimal_types(draw: st.DrawFn) -> types.Decimal:
    precision = draw(st.integers(1, 40))
    scale = draw(st.integers(0, precision))
    limit = DecimalNumber(10) ** (precision - scale)
    inside = decimals.filter(lambda bound: abs(bound) < limit)
    low, high = draw(bounds(inside)) if draw(st.booleans()) else (None, None)
    return types.Decimal(precision=precision, scale=scale, minimum=low, maximum=high)


@st.composite
def enums(draw: st.DrawFn) -> types.Enum:
    some_words = st.sampled_from(("draft", "in review", "a,b", "it's", "x)", "10%", " ", "é", '"q"'))
    words = draw(some(some_words | trimmed.map(composed), fewest=1))
    words = tuple(word for word in words if word.strip()) or ("draft",)
    if draw(st.booleans()):
        return types.Enum(values=tuple(types.EnumValue(word) for word in words))
    each = Fraction(1000 // len(words), 1000)
    given = [each if draw(st.booleans()) else None for _ in words]
    return types.Enum(values=tuple(map(types.EnumValue, words, given)))


sizes = st.integers(1, 10**9) | st.sampled_from((1024, 4096, 2**20, 2**30))
integers = bounded(types.Integer, st.integers(-(2**63), 2**63 - 1))
texts = bounded(types.Text, st.integers(1, 10**6), typical_bytes=maybe(sizes))
fixed = st.sampled_from(
    (
        types.Email(), types.Url(), types.Slug(), types.Uuid(), types.Money(), types.Boolean(), types.Date(),
        types.Time(), types.Timestamp(), types.Interval(), types.Ip(),
    )
)  # fmt: skip
elements = fixed | texts | integers | bounded(types.Float, decimals) | decimal_types() | enums()
range_bounds = integers | decimal_types() | st.sampled_from((types.Date(), types.Timestamp()))
attribute_types = (
    elements
    | st.sampled_from((types.Point(), types.Polygon()))
    | st.builds(types.Json, typical_bytes=maybe(sizes))
    | st.builds(types.Bytes, maximum=maybe(sizes), typical_bytes=maybe(sizes))
    | st.builds(types.Vector, dimensions=st.integers(1, 16_000))
    | st.builds(types.Range, of=range_bounds)
    | st.builds(types.ListOf, of=elements, maximum=maybe(positives))
)

durations = st.builds(quantities.Duration, amounts, st.sampled_from(quantities.TimeUnit))
rates = st.builds(quantities.Rate, amounts | st.just(Fraction(0)), st.sampled_from(quantities.TimeUnit))
growths = st.builds(
    quantities.CompoundGrowth, shares | amounts | shares.map(lambda share: -share), st.sampled_from(quantities.TimeUnit)
) | st.builds(quantities.AbsoluteGrowth, counts, st.sampled_from(quantities.TimeUnit))
volumes = st.builds(quantities.Volume, now=maybe(counts), growth=maybe(growths))
distances = st.builds(quantities.Distance, amounts)
distributions = st.builds(
    types.Distribution,
    distinct=maybe(positives),
    zipf=maybe(amounts | st.just(Fraction(0))),
    nulls=maybe(shares),
    trues=maybe(shares),
    arrives=maybe(st.sampled_from(types.Arrival)),
    late=maybe(durations),
)


@st.composite
def fanouts(draw: st.DrawFn) -> quantities.Fanout:
    low, middle, high = sorted(draw(st.lists(counts, min_size=3, max_size=3)))
    return quantities.Fanout(
        p50=draw(maybe(st.just(low))), p99=draw(maybe(st.just(middle))), max=draw(maybe(st.just(high)))
    )


@st.composite
def attributes(draw: st.DrawFn) -> model.Attribute:
    values = draw(st.just(types.Distribution()) | distributions)
    source = draw(st.sampled_from(("default", "computed", None)))
    return model.Attribute(
        name=draw(names),
        type=draw(attribute_types),
        is_optional=bool(values.nulls) or draw(st.booleans()),
        is_unique=draw(st.booleans()),
        is_secret=draw(st.booleans()),
        values=values,
        about=draw(maybe(prose)),
        **({source: draw(formulas)} if source else {}),
    )


def by_name(thing: Any) -> str:
    return thing.name


name_lists = some(names, fewest=1)
functional = {"determinant": name_lists, "dependent": name_lists}
dependencies = (
    st.builds(model.FunctionalDependency, **functional)
    | st.builds(model.MultivaluedDependency, **functional)
    | st.builds(model.JoinDependency, parts=st.lists(name_lists, min_size=2, max_size=3).map(tuple))
)
operators = st.sampled_from(("=", "&&", "<>", "-|-"))
lifecycles = st.builds(
    model.Lifecycle,
    delete=maybe(st.sampled_from(model.DeletePolicy)),
    has_audit=st.booleans(),
    has_history=st.booleans(),
    retain=maybe(st.builds(model.Retention, keep=durations, by=names)),
    expires=maybe(names),
)
entities = st.builds(
    model.Entity,
    name=names,
    attributes=some(attributes(), by=by_name),
    key=st.just(()) | name_lists,
    rows=volumes,
    lifecycle=lifecycles,
    unique=some(st.builds(model.UniqueTogether, members=name_lists, where=maybe(formulas))),
    checks=some(st.builds(model.NamedCheck, name=maybe(names), formula=formulas)),
    exclude=some(
        st.builds(
            model.Exclusion,
            members=st.dictionaries(names, operators, min_size=1, max_size=3).map(lambda d: tuple(d.items())),
        )
    ),
    dependencies=some(dependencies),
    normal_form=maybe(st.builds(model.NormalFormWish, form=st.sampled_from(model.NormalForm), because=maybe(prose))),
    tenant=maybe(names),
    about=maybe(prose),
)
actions = st.sampled_from(model.ReferentialAction)
relationships = st.builds(
    model.Relationship,
    source=names,
    name=names,
    arrow=st.sampled_from(model.Arrow),
    targets=name_lists,
    is_optional=st.booleans(),
    inverse=maybe(names),
    fanout=fanouts(),
    inverse_fanout=fanouts(),
    on_delete=maybe(actions),
    on_update=maybe(actions),
    same=maybe(names),
    attributes=some(attributes(), by=by_name),
    about=maybe(prose),
)

common: dict[str, st.SearchStrategy[Any]] = {
    "name": file_names,
    "params": some(st.builds(access.ParameterHint, name=names, value=formulas), by=by_name),
    "load": st.builds(access.Load, rate=maybe(rates), target=maybe(durations)),
    "about": maybe(prose),
}
formula_lists = st.lists(formulas, max_size=3).map(tuple)
reads = st.builds(
    access.Read,
    entity=subjects,
    is_one=st.booleans(),
    page=maybe(positives),
    limit=maybe(positives),
    fields=formula_lists,
    where=maybe(formulas),
    order=formula_lists,
    group=formula_lists,
    search=maybe(st.builds(access.Search, members=name_lists, language=st.just("english") | names)),
    near=maybe(
        st.builds(access.Near, attribute=names, center=formulas.filter(lambda f: f.text != "null"), within=distances)
    ),
    latest=maybe(st.builds(access.Latest, per=names, by=names)),
    staleness=maybe(durations),
    **common,
)
settings = some(st.builds(access.Setting, name=names, value=formulas), fewest=1, by=by_name)
patterns = (
    reads
    | st.builds(access.Insert, entity=subjects, batch=positives, **common)
    | st.builds(access.Update, entity=subjects, where=formulas, settings=settings, **common)
    | st.builds(access.Upsert, entity=subjects, on=st.just(()) | name_lists, batch=positives, **common)
    | st.builds(access.Delete, entity=subjects, where=formulas, **common)
    | st.builds(access.Raw, sql=formulas, mongo=maybe(formulas), **common)
)
transactions = st.builds(
    access.Transaction,
    steps=st.lists(names, min_size=1, max_size=3).map(tuple),
    isolation=st.sampled_from(access.Isolation),
    **{key: strategy for key, strategy in common.items() if key != "params"},
)
mixes = st.builds(
    access.Mix,
    name=names,
    weights=st.dictionaries(names, shares | amounts, min_size=1, max_size=3).map(lambda d: tuple(d.items())),
)


@st.composite
def workloads(draw: st.DrawFn) -> access.Workload:
    found = draw(some(mixes, fewest=1, by=by_name))
    return access.Workload(mixes=found, use=draw(st.sampled_from(found)).name, total=draw(rates))


rollups = st.builds(
    access.Rollup,
    name=names,
    of=names,
    by=some(names),
    every=durations,
    at=names,
    fields=st.lists(formulas, min_size=1, max_size=3).map(tuple),
    keep=maybe(durations),
)
plans = st.builds(
    model.Plan,
    name=trimmed.map(composed).filter(lambda text: hidden_problem(text) is None),
    about=maybe(prose),
    targets=st.builds(model.Targets, postgres=maybe(st.integers(1, 99)), mongo=maybe(st.integers(1, 99))),
    entities=some(entities, by=by_name),
    relationships=some(relationships, by=lambda one: one.label),
    access=some(patterns, by=by_name),
    transactions=some(transactions, by=by_name),
    workload=maybe(workloads()),
    rollups=some(rollups, by=by_name),
    pins=some(st.builds(model.Pin, key=trimmed.map(composed), choice=trimmed), by=lambda pin: pin.key),
    conventions=st.builds(
        model.Conventions,
        keys=st.sampled_from(model.KeyKind),
        has_timestamps=st.booleans(),
        names=st.sampled_from(model.Number),
        normal_form=st.sampled_from(model.NormalForm),
    ),
)

st.register_type_strategy(model.Plan, plans)
st.register_type_strategy(model.Entity, entities)
st.register_type_strategy(model.Attribute, attributes())
st.register_type_strategy(model.Relationship, relationships)
