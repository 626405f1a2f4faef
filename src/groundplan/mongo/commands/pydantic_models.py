"""models.py: a Pydantic model for every document, as pymongo returns and takes it."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from decimal import Decimal as DecimalNumber
from typing import assert_never

from groundplan.logical.model import LogicalModel
from groundplan.mongo.commands.notation import LINE_WIDTH
from groundplan.mongo.commands.python import comment, docstring, is_name, quote
from groundplan.mongo.commands.shapes import Shape, free, shapes
from groundplan.mongo.model import (
    KEY,
    CopiedFields,
    CountedRows,
    DocumentField,
    DocumentModel,
    EmbeddedDocuments,
    SchemaVersion,
    ValueField,
)
from groundplan.mongo.representation import DECIMAL_DIGITS
from groundplan.mongo.validator import is_required
from groundplan.mongo.value_schemas import EMAIL_FORM, MONEY, SLUG_FORM, TIME_FORM, URL_FORM
from groundplan.plan.types import (
    AttributeType,
    Boolean,
    Bytes,
    Date,
    Decimal,
    Email,
    Enum,
    Float,
    Integer,
    Interval,
    Ip,
    Json,
    ListOf,
    Money,
    Point,
    Polygon,
    Range,
    Slug,
    Text,
    Time,
    Timestamp,
    Url,
    Uuid,
    Vector,
)

_OF_BASE_MODEL = frozenset(
    (
        "construct", "copy", "dict", "fields", "from_orm", "json", "parse_file", "parse_obj", "parse_raw", "schema",
        "schema_json", "to_document", "update_forward_refs", "validate",
    )
)  # fmt: skip
"""Names that a field of a Pydantic model would hide."""
_TAKEN = _OF_BASE_MODEL | frozenset(name for name in dir(builtins) if name.islower()) | {"datetime", "ipaddress"}

_HEAD = '''\
"""The documents of the design as Pydantic models.

    document = {first}.model_validate(found)     from what pymongo read
    document.to_document()     to what it takes

The client has to be opened with uuidRepresentation="standard" and tz_aware=True.
"""

from __future__ import annotations
'''

_IMPORTS = (
    ("ipaddress", ()),
    ("datetime", ("datetime",)),
    ("decimal", ("Decimal",)),
    ("typing", ("Annotated", "Any", "Generic", "Literal", "TypeVar")),
    ("uuid", ("UUID",)),
    ("bson", ("Decimal128", "Int64", "ObjectId")),
    (
        "pydantic",
        (
            "AfterValidator", "BaseModel", "BeforeValidator", "ConfigDict", "Field", "JsonValue", "PlainSerializer",
            "SerializerFunctionWrapHandler", "model_serializer",
        ),
    ),
)  # fmt: skip
"""Modules, the standard library's first, with the names that models may need of them."""
_FIRST_OTHER = "bson"

_STORED = '''\
class Stored(BaseModel):
    """What all documents share: fields that are not there are None, and None is not written."""

    model_config = ConfigDict(
        extra="forbid", populate_by_name=True, arbitrary_types_allowed=True, strict=True, protected_namespaces=()
    )

    def to_document(self) -> dict[str, Any]:
        """Return the document as pymongo takes it."""
        return self.model_dump(by_alias=True)

    @model_serializer(mode="wrap")
    def _without_missing(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = handler(self)
        missing = {
            field.alias or name
            for name, field in type(self).model_fields.items()
            if not field.is_required() and getattr(self, name) is None
        }
        return {name: value for name, value in found.items() if name not in missing}'''

_DECLARATIONS = {
    "Exact": '''\
def _exact(value: object) -> object:
    """Take a Decimal128 for the exact number that it is."""
    return value.to_decimal() if isinstance(value, Decimal128) else value


Exact = Annotated[Decimal, BeforeValidator(_exact), PlainSerializer(Decimal128)]''',
    "Address": '''\
def _address(value: str) -> str:
    """Refuse what is no address of a machine or a network."""
    ipaddress.ip_interface(value)
    return value


Address = Annotated[str, AfterValidator(_address)]''',
    "Day": '''\
def _day(value: datetime) -> datetime:
    """Refuse a moment that is not the beginning of a day."""
    if (value.hour, value.minute, value.second, value.microsecond) != (0, 0, 0, 0):
        raise ValueError("a day is kept as its midnight, UTC")
    return value


Day = Annotated[datetime, AfterValidator(_day)]''',
    "Milliseconds": "Milliseconds = Annotated[int, PlainSerializer(Int64)]",
    "Position": "Position = Annotated[list[float], Field(min_length=2, max_length=2)]",
    "GeoPoint": '''\
class GeoPoint(Stored):
    """A GeoJSON Point: longitude first."""

    type: Literal["Point"]
    coordinates: Position''',
    "GeoPolygon": '''\
class GeoPolygon(Stored):
    """A GeoJSON Polygon: the last corner of a ring is its first."""

    type: Literal["Polygon"]
    coordinates: list[Annotated[list[Position], Field(min_length=4)]]''',
    "Span": '''\
Bound = TypeVar("Bound")


class Span(Stored, Generic[Bound]):
    """From `lower`, which is in it, to `upper`, which is not; a bound that is not there is open."""

    lower: Bound | None = None
    upper: Bound | None = None''',
}
"""What several models use, each written where one does; a later one may use an earlier one."""


def pydantic_models(model: DocumentModel, logical: LogicalModel) -> str:
    """Return the models of all documents, what is inside others first."""
    abouts = {relation.name: relation.about for relation in logical.relations}
    found = shapes(model)
    body = "\n\n\n".join(_model(shape, abouts) for shape in found)
    for name, text in reversed(_DECLARATIONS.items()):
        if _mentions(body, name):
            body = f"{text}\n\n\n{body}"
    body = f"{_STORED}\n\n\n{body}"
    first = next((shape.name for shape in found if shape.collection is not None), "Stored")
    return f"{_HEAD.format(first=first)}{_imports(body)}\n\n{body}\n"


def _imports(body: str) -> str:
    """Return the imports that a body needs, as ruff sorts them."""
    lines: list[str] = []
    for module, names in _IMPORTS:
        if module == _FIRST_OTHER:
            lines.append("")
        used = [name for name in names if _mentions(body, name)]
        if used:
            line = f"from {module} import {', '.join(used)}"
            members = "".join(f"    {name},\n" for name in used)
            lines.append(line if len(line) <= LINE_WIDTH else f"from {module} import (\n{members})")
        elif not names and _mentions(body, f"{module}."):
            lines.append(f"import {module}")
    return "\n" + "\n".join(lines) + "\n"


def _mentions(text: str, name: str) -> bool:
    """Tell whether a name is used in code: comments and strings are left out of account."""
    code = re.sub(r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*', "", text)
    return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)" if name[-1] != "." else re.escape(name), code) is not None


def _model(shape: Shape, abouts: dict[str, str | None]) -> str:
    about = shape.about if shape.is_apart else abouts.get(shape.document.relation) or shape.about
    lines = [f"class {shape.name}(Stored):", docstring(about, indent=4), ""]
    if shape.has_other_fields:
        lines += ['    model_config = ConfigDict(extra="allow")', ""]
    taken: set[str] = set()
    if shape.has_server_key:
        lines.append(f'    {free("id", taken)}: ObjectId | None = Field(default=None, alias="{KEY}")')
    for field in shape.document.fields:
        lines += _attribute(field, shape, taken)
    return "\n".join(lines)


def _attribute(field: DocumentField, shape: Shape, taken: set[str]) -> Iterator[str]:
    name = _python_name(field.name, taken)
    of = _field_type(field, shape)
    arguments: list[str] = []
    if not is_required(field):
        of = f"{of} | None"
        arguments.append("default=None")
    if name != field.name:
        arguments.append(f"alias={quote(field.name)}")
    if isinstance(field, ValueField) and field.is_secret:
        arguments.append("repr=False")
    if isinstance(field, ValueField) and field.about is not None:
        yield comment(field.about, indent=4)
    if arguments == ["default=None"]:
        yield f"    {name}: {of} = None"
    else:
        yield f"    {name}: {of}{' = Field(' + ', '.join(arguments) + ')' if arguments else ''}"


def _python_name(name: str, taken: set[str]) -> str:
    wish = "id" if name == KEY else name
    if not is_name(wish) or wish.startswith(("_", "model_")):
        wish = re.sub(r"\W", "_", f"field_{wish.lstrip('_')}", flags=re.ASCII)
    return free(f"{wish}_" if wish in _TAKEN and wish != "id" else wish, taken)


def _field_type(field: DocumentField, shape: Shape) -> str:
    match field:
        case ValueField():
            return type_text(field.type)
        case CopiedFields():
            return shape.embedded[field.name]
        case EmbeddedDocuments() if field.is_many:
            most = field.maximum if field.limit is None else field.limit
            return _with(f"list[{shape.embedded[field.name]}]", max_length=most)
        case EmbeddedDocuments():
            return shape.embedded[field.name]
        case CountedRows():
            return _with("int", ge=0)
        case SchemaVersion():
            return f"Literal[{field.version}]"
        case _:
            assert_never(field)


def _with(of: str, **bounds: int | float | DecimalNumber | str | None) -> str:
    """Return a type with the bounds that are set."""
    said = [f"{name}={_argument(bound)}" for name, bound in bounds.items() if bound is not None]
    return f"Annotated[{of}, Field({', '.join(said)})]" if said else of


def _argument(bound: int | float | DecimalNumber | str) -> str:
    match bound:
        case str():
            return quote(bound)
        case DecimalNumber():
            return f"Decimal({quote(str(bound))})"
        case _:
            return repr(bound)


def type_text(type: AttributeType) -> str:  # noqa: A002 - the word of the plan
    """Return the Python type of a value, with its bounds."""
    match type:
        case Text():
            return _with("str", min_length=type.minimum, max_length=type.maximum)
        case Email():
            return _with("str", pattern=EMAIL_FORM)
        case Url():
            return _with("str", pattern=URL_FORM)
        case Slug():
            return _with("str", pattern=SLUG_FORM)
        case Time():
            return _with("str", pattern=TIME_FORM)
        case Ip():
            return "Address"
        case Enum():
            return f"Literal[{', '.join(quote(value.name) for value in type.values)}]"
        case Integer() | Float() | Decimal() | Money():
            return _number(type)
        case ListOf():
            return _with(f"list[{type_text(type.of)}]", max_length=type.maximum)
        case Range():
            return f"Span[{type_text(type.of)}]"
        case _:
            return _plain(type)


def _number(type: Integer | Float | Decimal | Money) -> str:  # noqa: A002
    match type:
        case Integer():
            return _with("int", ge=type.minimum, le=type.maximum)
        case Float():
            least, most = (None if bound is None else float(bound) for bound in (type.minimum, type.maximum))
            return _with("float", ge=least, le=most)
        case Money():
            return _number(MONEY)
        case Decimal():
            is_counted = type.precision <= DECIMAL_DIGITS
            return _with(
                "Exact",
                max_digits=type.precision if is_counted else None,
                decimal_places=type.scale if is_counted else None,
                ge=type.minimum,
                le=type.maximum,
            )
        case _:
            assert_never(type)


def _plain(
    type: Uuid | Boolean | Date | Timestamp | Interval | Json | Bytes | Point | Polygon | Vector,  # noqa: A002
) -> str:
    match type:
        case Uuid():
            return "UUID"
        case Boolean():
            return "bool"
        case Date():
            return "Day"
        case Timestamp():
            return "datetime"
        case Interval():
            return "Milliseconds"
        case Json():
            return "JsonValue"
        case Bytes():
            return _with("bytes", max_length=type.maximum)
        case Point():
            return "GeoPoint"
        case Polygon():
            return "GeoPolygon"
        case Vector():
            return _with("list[float]", min_length=type.dimensions, max_length=type.dimensions)
        case _:
            assert_never(type)
