"""`queries/<pattern>.py`: a typed function for pymongo with everything one has to know to call it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from typing import assert_never

from groundplan.mongo.commands import python
from groundplan.mongo.queries.binding import unbound
from groundplan.mongo.queries.files.heading import fingerprint, heading, listed
from groundplan.mongo.queries.files.python_names import identifier, type_name
from groundplan.mongo.queries.files.python_operations import Statements
from groundplan.mongo.queries.files.python_values import Values
from groundplan.mongo.queries.model import (
    BATCH,
    CompiledRead,
    CompiledTransaction,
    CompiledWrite,
    Find,
    Moment,
    MongoParameter,
    NewKey,
    NotCompiled,
    Operation,
    Query,
    TakeNumber,
)

_STANDARD = {
    "Sequence": "collections.abc",
    "Mapping": "collections.abc",
    "Callable": "collections.abc",
    "UTC": "datetime",
    "date": "datetime",
    "datetime": "datetime",
    "timedelta": "datetime",
    "Decimal": "decimal",
    "Any": "typing",
    "NotRequired": "typing",
    "TypedDict": "typing",
    "UUID": "uuid",
}
_DRIVER = {
    "Decimal128": "bson",
    "Int64": "bson",
    "DeleteMany": "pymongo",
    "DeleteOne": "pymongo",
    "UpdateMany": "pymongo",
    "UpdateOne": "pymongo",
    "ClientSession": "pymongo.client_session",
    "Database": "pymongo.database",
    "ReadConcern": "pymongo.read_concern",
    "WriteConcern": "pymongo.write_concern",
}
_OWN = {
    "decode_cursor": "_paging",
    "encode_cursor": "_paging",
    "all_words": "_texts",
    "like_pattern": "_texts",
    "WriteRefused": "_writing",
    "different": "_writing",
    "midnight": "_writing",
    "months_later": "_writing",
    "new_key": "_writing",
    "present": "_writing",
    "setting": "_writing",
    "take_numbers": "_writing",
}
_TEXTS_AND_REMARKS = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*')


def python_file(compiled: CompiledRead | CompiledWrite | NotCompiled) -> str:
    """Return the text of a pattern's module."""
    match compiled:
        case CompiledRead():
            return _module(heading(compiled.pattern, compiled.purpose), _read(compiled))
        case CompiledWrite():
            return _module(heading(compiled.pattern, compiled.purpose), _write(compiled))
        case NotCompiled():
            why = (f"Not compiled: {compiled.reason}.", f"What to do: {compiled.help}.")
            return _docstring((*heading(compiled.pattern, compiled.purpose), "", *why))
        case _:
            assert_never(compiled)


def transaction_file(compiled: CompiledTransaction) -> str:
    """Return the text of a transaction's module, which calls those of its steps."""
    steps = [identifier(step) for step in compiled.steps]
    name = identifier(compiled.name, taken=steps)
    signature = [f"{step}: Arguments" for step in dict.fromkeys(steps)]
    lines = [
        "Arguments = Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]]",
        '"""The arguments of a step, or what makes them of the results of the steps before, by name."""',
        "",
        "",
        *_def(name, signature, "dict[str, Any]"),
        '    """Take all steps or none, tried again where another program was in the way; return what each gave."""',
        "",
        "    def given(arguments: Arguments, results: Mapping[str, Any]) -> Mapping[str, Any]:",
        "        return arguments(results) if callable(arguments) else arguments",
        "",
        "    def steps(within: ClientSession) -> dict[str, Any]:",
        "        results: dict[str, Any] = {}",
    ]
    for step in steps:
        lines += [
            f'        results["{step}"] = {_called(step)}(',
            f"            database, **given({step}, results), session=within",
            "        )",
        ]
    lines += [
        "        return results",
        "",
        "    with database.client.start_session() as own:",
        "        return own.with_transaction(",
        "            steps,",
        f'            read_concern=ReadConcern("{compiled.read_concern}"),',
        '            write_concern=WriteConcern("majority"),',
        "        )",
    ]
    imports = [f"from .{step} import {step} as {_called(step)}" for step in sorted(set(steps))]
    about = (*heading(compiled.name, compiled.purpose), "", f"Isolation: {compiled.isolation.value}.")
    return _module(about, lines, own=imports)


def _called(step: str) -> str:
    return f"call_{step}"


# Modules


def _docstring(lines: Iterable[str]) -> str:
    """Return lines as a module's docstring, the first as a sentence of its own."""
    shown = [python.quote(line)[1:-1].replace('\\"', '"').replace('"""', '\\"\\"\\"') for line in lines]
    first = shown[0] if shown[0].endswith((".", "?", "!")) else f"{shown[0]}."
    further = "\n".join(wrapped for line in shown[1:] for wrapped in textwrap.wrap(line, width=110) or [""]).strip()
    return f'"""{first}\n\n{further}\n"""\n' if further else f'"""{first}"""\n'


def _module(head: Iterable[str], body: list[str], *, own: list[str] | None = None) -> str:
    text = "\n".join(body)
    if "Document" in text:
        text = (
            f"Document = dict[str, Any]\n\n\n{text}"
            if not text.startswith("Arguments")
            else text.replace("Arguments = ", "Document = dict[str, Any]\nArguments = ", 1)
        )
    used = set(re.findall(r"[A-Za-z_]\w*", _TEXTS_AND_REMARKS.sub("", text)))
    groups = [_imports(_STANDARD, used), _imports(_DRIVER, used)]
    local = [*_imports(_OWN, used, prefix="."), *(own or [])]
    if "dt_time" in used:
        groups[0] = sorted([*groups[0], "from datetime import time as dt_time"])
    blocks = ["\n".join(group) for group in (*groups, sorted(local)) if group]
    future = "from __future__ import annotations"
    return "\n\n".join([_docstring(head) + f"\n{future}", *blocks]) + f"\n\n{text}\n"


def _imports(known: dict[str, str], used: set[str], *, prefix: str = "") -> list[str]:
    by_module: dict[str, list[str]] = {}
    for name, module in known.items():
        if name in used:
            by_module.setdefault(f"{prefix}{module}", []).append(name)
    return [f"from {module} import {', '.join(_sorted_names(names))}" for module, names in sorted(by_module.items())]


def _sorted_names(names: list[str]) -> list[str]:
    """Sort names as linters do: constants, classes, and then all others."""
    return sorted(names, key=lambda name: (0 if name.isupper() else 1 if name[0].isupper() else 2, name))


# Functions


def _names(parameters: Iterable[MongoParameter], *, function: str) -> dict[str, str]:
    """Return variables for parameters; the name of the function itself is left to it."""
    found: dict[str, str] = {}
    for parameter in parameters:
        found[parameter.name] = identifier(parameter.name, taken=(function, *found.values()))
    return found


def _signature(parameters: Iterable[MongoParameter], names: dict[str, str]) -> list[str]:
    """Return the parameters, those that may be left out last."""
    required, optional = [], []
    for each in parameters:
        of = type_name(each.type)
        of = f"Sequence[{of}]" if each.is_list else of
        if each.is_optional:
            optional.append(f"{names[each.name]}: {of if of == 'Any' else f'{of} | None'} = None")
        else:
            required.append(f"{names[each.name]}: {of}")
    return [*required, *optional]


def _def(name: str, arguments: list[str], returns: str) -> list[str]:
    line = f"def {name}(database: Database[Document], *, {', '.join(arguments)}) -> {returns}:"
    if len(line) <= 110:
        return [line]
    inner = ["database: Database[Document]", "*", *arguments]
    return [f"def {name}(", *(f"    {each}," for each in inner), f") -> {returns}:"]


_SESSION = "session: ClientSession | None = None"


def _read(read: CompiledRead) -> list[str]:
    parameters = listed(read.parameters)
    name = identifier(read.pattern)
    names = _names(read.parameters, function=name)
    is_paged = read.next is not None and read.page is not None
    returns = "tuple[list[Document], str | None]" if is_paged else "list[Document]"
    after = ["after: str | None = None"] if is_paged else []
    lines = _def(name, [*_signature(parameters, names), *after, _SESSION], returns)
    shown = ", ".join(f"`{field.name}`" for field in read.fields if not field.is_internal)
    about = f"Return documents with {shown}." if shown else "Return what is found."
    if is_paged:
        about = f"Return a page of {read.page:,} documents, and the cursor that goes on after it; None after the last."
    lines += _function_docstring(about)
    queries = [read.first, *([read.next] if read.next is not None else [])]
    if any(isinstance(part, Moment) for query in queries for part in unbound(query)):
        lines.append("    now = datetime.now(UTC)")
    values = Values(parameters={each.name: each for each in read.parameters}, names=names)
    statements = Statements(values)
    if not is_paged or read.next is None:
        _found(read.first, statements, head="return list(", tail=")")
        return [*lines, *statements.lines]
    mark = fingerprint(read)
    with statements.block("if after is None:"):
        _found(read.first, statements, head="page = list(", tail=")")
    with statements.block("else:"):
        taken = [names[key.parameter] for key in read.cursor]
        statements.add(f'{_unpacked(taken)} = decode_cursor("{mark}", after, count={len(taken)})')
        _found(read.next, statements, head="page = list(", tail=")")
    with statements.block(f"if len(page) < {read.page}:"):
        statements.add("return page, None")
    keys = ", ".join(f"page[-1].get({python.quote(key.field)})" for key in read.cursor)
    statements.add(f'return page, encode_cursor("{mark}", [{keys}])')
    return [*lines, *statements.lines]


def _unpacked(names: list[str]) -> str:
    return f"({names[0]},)" if len(names) == 1 else ", ".join(names)


def _found(query: Query, statements: Statements, *, head: str, tail: str) -> None:
    if isinstance(query, Find):
        at = statements.collection(query.collection)
        sort = "" if query.sort is None else f".sort({statements.values.literal(query.sort, indent=4, before=4)})"
        limit = "" if query.limit is None else f".limit({query.limit})"
        statements.call(
            f"{head}{at}.find(",
            [("", query.filter), ("", query.projection), ("session", "session")],
            tail=f"){sort}{limit}{tail}",
        )
    else:
        statements.query(query, head=head, tail=tail)


def _write(write: CompiledWrite) -> list[str]:
    name = identifier(write.pattern)
    names = _names(write.parameters, function=name)
    batch = [each for each in write.parameters if each.is_batch]
    single = [each for each in write.parameters if not each.is_batch]
    row_type = f"{''.join(word.capitalize() for word in name.split('_'))}Row"
    lines = _row_type(row_type, batch) if batch else []
    given = f"{BATCH}: Sequence[{row_type}]"
    arguments = [*([given] if batch else []), *_signature(single, names)]
    keys = _made(write.operations)
    returns, about = _returns(keys, is_batch=bool(batch))
    lines += _def(name, [*arguments, _SESSION], returns)
    lines += _about_write(write, about)
    statements = Statements(
        Values(parameters={each.name: each for each in write.parameters}, names={} if batch else dict(names))
    )
    statements.values.names.update({each.name: names[each.name] for each in single})
    statements.count = "0" if keys else None
    if write.needs_transaction is not None:
        _in_transaction(name, [*([BATCH] if batch else []), *(names[each.name] for each in single)], statements)
    _prepare(write, keys, statements, is_batch=bool(batch), given=BATCH)
    if write.each is not None:
        statements.count = "len(made)"
        with statements.each(BATCH) as loop, statements.block(f"{loop}:"):
            for operation in write.operations:
                statements.operate(operation)
    else:
        for operation in write.operations:
            statements.operate(operation)
    _return(_result(keys, statements, is_batch=bool(batch)), statements)
    return [*lines, *statements.lines]


def _return(result: str, statements: Statements) -> None:
    """Return a result, at once where the line before only gives it its name."""
    before = statements.lines[-1].strip() if statements.lines else ""
    if before.startswith(f"{result} = "):
        statements.lines.pop()
        result = before.removeprefix(f"{result} = ")
    statements.add(f"return {result}")


def _function_docstring(about: str) -> list[str]:
    if len(about) <= 100:
        return [f'    """{about}"""']
    first, _, rest = about.partition(" with ")
    wrapped = [f"    {line}" for line in textwrap.wrap(f"They have {rest}", width=100)]
    return [f'    """{first}.', "", *wrapped, '    """']


def _about_write(write: CompiledWrite, about: str) -> list[str]:
    if write.needs_transaction is None:
        return [f'    """{about}"""']
    why = f"It {write.needs_transaction}. Without a session it runs in a transaction of its own."
    wrapped = [f"    {line}" for line in textwrap.wrap(why, width=100)]
    return [f'    """{about}', "", *wrapped, '    """']


def _row_type(name: str, batch: list[MongoParameter]) -> list[str]:
    """Return the type of a row; written as a call where a name of its members is none of Python's."""
    members = [
        (each.name, f"NotRequired[{type_name(each.type)} | None]" if each.is_optional else type_name(each.type))
        for each in batch
    ]
    if all(python.is_name(member) for member, _ in members):
        body = [f"    {member}: {of}" for member, of in members]
        return [f"class {name}(TypedDict):", '    """One row of the batch."""', "", *body, "", ""]
    body = [f'    {python.quote(member)}: "{of}",' for member, of in members]
    return [f'{name} = TypedDict("{name}", {{', *body, "})", "", ""]


def _made(operations: Iterable[Operation]) -> tuple[NewKey | TakeNumber, ...]:
    """Return the keys that a write makes, in the order in which it needs them."""
    found: dict[NewKey | TakeNumber, None] = {}
    for operation in operations:
        if isinstance(operation, TakeNumber):
            found[operation] = None
        else:
            found.update(dict.fromkeys(part for part in unbound(operation) if isinstance(part, NewKey)))
    return tuple(found)


def _returns(keys: tuple[NewKey | TakeNumber, ...], *, is_batch: bool) -> tuple[str, str]:
    if not keys:
        return "int", "Return how many rows it is about."
    of = "int" if isinstance(keys[0], TakeNumber) else "UUID"
    return (f"list[{of}]", "Return the keys that were made.") if is_batch else (of, "Return the key that was made.")


def _in_transaction(name: str, arguments: list[str], statements: Statements) -> None:
    passed = "".join(f"{each}={each}, " for each in arguments)
    with statements.block("if session is None:"), statements.block("with database.client.start_session() as own:"):
        line = f"return own.with_transaction(lambda within: {name}(database, {passed}session=within))"
        if len(line) + statements.indent <= 110:
            statements.add(line)
        else:
            statements.add("return own.with_transaction(")
            inner = " " * (statements.indent + 4)
            call = [f"{inner}    {each}={each}," for each in arguments]
            statements.lines += [
                f"{inner}lambda within: {name}(",
                f"{inner}    database,",
                *call,
                f"{inner}    session=within,",
                f"{inner})",
            ]
            statements.add(")")


def _prepare(
    write: CompiledWrite,
    keys: tuple[NewKey | TakeNumber, ...],
    statements: Statements,
    *,
    is_batch: bool,
    given: str,
) -> None:
    parts = [part for operation in write.operations for part in unbound(operation)]
    if any(isinstance(part, Moment) or _has_moment(part) for part in parts):
        statements.add("now = datetime.now(UTC)")
    new = [key for key in keys if isinstance(key, NewKey)]
    if is_batch:
        made = "".join(f", {python.quote(key.name)}: new_key()" for key in new)
        statements.lines.append(f"    made: list[Document] = [{{**row{made}}} for row in {given}]")
        statements.values.names[BATCH] = "made"
        return
    for key in new:
        variable = identifier(f"new_{key.name}", taken=statements.values.names.values())
        statements.values.names[f"new {key.name}"] = variable
        statements.add(f"{variable} = new_key()")


def _has_moment(part: object) -> bool:
    return isinstance(getattr(part, "otherwise", None), Moment)


def _result(keys: tuple[NewKey | TakeNumber, ...], statements: Statements, *, is_batch: bool) -> str:
    if not keys:
        return statements.count or "0"
    key = keys[0]
    if is_batch:
        return f"[row[{python.quote(key.name)}] for row in made]"
    return statements.variable(key.name) if isinstance(key, TakeNumber) else statements.values.names[f"new {key.name}"]
