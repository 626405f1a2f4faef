"""Any schema, under any names, loads and reads back as the model says; taken back, nothing is left."""

from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundplan.plan import types
from groundplan.plan.expressions import AnyOf, Binary, Call, In, IsNull, Literal, Local, Not, Operator
from groundplan.plan.model import ReferentialAction
from groundplan.postgres.catalog import differences, everything
from groundplan.postgres.ddl import drop_sql, schema_sql
from groundplan.postgres.model import (
    Check,
    Column,
    EnumType,
    ForeignKey,
    Index,
    IndexKey,
    IndexMethod,
    PrimaryKey,
    Schema,
    Table,
    TouchTrigger,
    UniqueConstraint,
)

WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=12)
DEFAULTS = {
    "text": [None, Literal("it's"), Literal("\\"), Call("lower", (Literal("X"),))],
    "integer": [None, Literal(-7), Binary(Operator.PLUS, Literal(1), Literal(2))],
    "boolean": [None, Literal(True), Not(Literal(True))],
    "timestamp with time zone": [None, Call("now"), Literal("2026-01-01 00:00:00+00", types.Timestamp())],
    "jsonb": [None, Literal('{"a": [1, "\'"]}', types.Json())],
    "numeric(9,2)": [None, Literal("1.5", types.Decimal(precision=9, scale=2))],
    "text[]": [None, Literal('["a", "\\"", "b,c"]', types.ListOf(of=types.Text()))],
}
ACTIONS = st.sampled_from([ReferentialAction.NO_ACTION, ReferentialAction.RESTRICT, ReferentialAction.CASCADE])


class Names:
    """Names that no two objects share, whatever text they begin with."""

    def __init__(self, draw):
        self._draw = draw
        self._numbers = count(1)

    def take(self) -> str:
        return f"{self._draw(WORDS)}{next(self._numbers)}"


@st.composite
def columns(draw, names, enums):
    kind = draw(st.sampled_from([*DEFAULTS, *(enum.name for enum in enums)]))
    labels = next((enum.values for enum in enums if enum.name == kind), None)
    default = Literal(labels[-1]) if labels else draw(st.sampled_from(DEFAULTS[kind]))
    return Column(
        name=names.take(),
        type=kind,
        is_nullable=draw(st.booleans()),
        default=default if draw(st.booleans()) else None,
        comment=draw(st.none() | WORDS),
    )


def conditions(draw, column):
    local = Local(column.name)
    present = IsNull(operand=local, is_negated=draw(st.booleans()))
    match column.type:
        case "text":
            compared = In(
                operand=local, items=tuple(Literal(word) for word in draw(st.lists(WORDS, min_size=1, max_size=3)))
            )
        case "integer" | "numeric(9,2)":
            compared = Binary(Operator.LESS, local, Literal(draw(st.integers(-9, 9))))
        case "boolean":
            compared = Not(local)
        case _:
            return present
    return draw(st.sampled_from([compared, AnyOf((present, compared))]))


@st.composite
def indexes(draw, table_columns, names):
    column = draw(st.sampled_from(table_columns))
    local = Local(column.name)
    if column.type == "jsonb":
        opclass = draw(st.sampled_from([None, "jsonb_path_ops"]))
        return Index(
            name=names.take(), keys=(IndexKey(expression=local, operator_class=opclass),), method=IndexMethod.GIN
        )
    expression = Call("lower", (local,)) if column.type == "text" and draw(st.booleans()) else local
    return Index(
        name=names.take(),
        keys=(IndexKey(expression=expression, is_descending=draw(st.booleans()), is_nulls_first=draw(st.booleans())),),
        is_unique=draw(st.booleans()),
        where=conditions(draw, draw(st.sampled_from(table_columns))) if draw(st.booleans()) else None,
        include=(table_columns[0].name,) if draw(st.booleans()) and table_columns[0] is not column else (),
    )


@st.composite
def schemas(draw):
    names = Names(draw)
    labels = st.lists(WORDS, min_size=1, max_size=3, unique=True).map(tuple)
    enums = tuple(EnumType(name=names.take(), values=draw(labels)) for _ in range(draw(st.integers(0, 1))))
    tables: list[Table] = []
    for _ in range(draw(st.integers(1, 3))):
        key = Column(name=names.take(), type="bigint", is_identity=draw(st.booleans()))
        own = tuple(draw(columns(names, enums)) for _ in range(draw(st.integers(1, 4))))
        name = names.take()
        targets = [*tables, None]
        links = []
        for target in draw(st.lists(st.sampled_from(targets), max_size=2)):
            link = Column(name=names.take(), type="bigint", is_nullable=True)
            pointed = (name, key.name) if target is None else (target.name, target.primary_key.columns[0])
            links.append(
                (
                    link,
                    ForeignKey(
                        name=names.take(),
                        columns=(link.name,),
                        target=pointed[0],
                        target_columns=(pointed[1],),
                        on_delete=draw(ACTIONS),
                        on_update=draw(ACTIONS),
                        is_deferrable=draw(st.booleans()),
                        relationship=draw(st.none() | WORDS),
                    ),
                )
            )
        moments = [column.name for column in own if column.type.startswith("timestamp")]
        tables.append(
            Table(
                name=name,
                columns=(key, *own, *(link for link, _ in links)),
                primary_key=PrimaryKey(name=names.take(), columns=(key.name,)),
                unique=(UniqueConstraint(name=names.take(), columns=(own[0].name, key.name)),)
                if own[0].type != "jsonb"
                else (),
                checks=tuple(
                    Check(name=names.take(), condition=conditions(draw, column))
                    for column in own
                    if draw(st.booleans())
                ),
                foreign_keys=tuple(found for _, found in links),
                indexes=tuple(draw(indexes(own, names)) for _ in range(draw(st.integers(0, 2)))),
                triggers=(TouchTrigger(name=names.take(), column=moments[0]),) if moments else (),
                comment=draw(st.none() | WORDS),
            )
        )
    return Schema(version=18, enums=enums, tables=tuple(tables))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(schema=schemas())
def test_any_schema_reads_back_and_goes_again(database, schema):
    before = everything(database)
    with database.transaction(force_rollback=True):
        database.execute(schema_sql(schema, views={}).encode())
        assert differences(schema, database) == ()
        database.execute(drop_sql(schema).encode())
        assert everything(database) == before
