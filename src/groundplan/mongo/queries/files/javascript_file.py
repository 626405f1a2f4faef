"""`queries/<pattern>.js`: a function for mongosh with everything one has to know to call it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import assert_never

from groundplan.mongo.commands import javascript
from groundplan.mongo.queries.binding import unbound
from groundplan.mongo.queries.files.heading import fingerprint, heading, listed
from groundplan.mongo.queries.files.javascript_names import identifier, type_words
from groundplan.mongo.queries.files.javascript_operations import Statements
from groundplan.mongo.queries.files.javascript_values import STEP, Values, member
from groundplan.mongo.queries.files.support_javascript import FUNCTIONS, NEEDS
from groundplan.mongo.queries.model import (
    BATCH,
    CompiledPattern,
    CompiledRaw,
    CompiledRead,
    CompiledTransaction,
    CompiledWrite,
    Given,
    Moment,
    MongoParameter,
    NewKey,
    NotCompiled,
    Operation,
    Require,
    TakeNumber,
)

_CALLED = re.compile(r"\b([A-Za-z]\w*)\(")
_OPTIONS = "{ database = db, session = null } = {}"


def javascript_file(compiled: CompiledPattern) -> str:
    """Return the text of a pattern's script."""
    head = [javascript.comment(line) for line in heading(compiled.pattern, compiled.purpose)]
    match compiled:
        case CompiledRead():
            return script([*head, *_given(listed(compiled.parameters)), *_shown(compiled)], _read(compiled))
        case CompiledWrite():
            return script([*head, *_given(compiled.parameters), *_remarks(compiled)], _write(compiled))
        case CompiledRaw(text=None):
            return script(head, [javascript.comment("The plan gives no command for this pattern.")])
        case CompiledRaw(text=text):
            return script([*head, javascript.comment("The plan's own command.")], (text or "").splitlines())
        case NotCompiled():
            why = (f"Not compiled: {compiled.reason}.", f"What to do: {compiled.help}.")
            return script(head, [javascript.comment(line) for line in why])
        case _:
            assert_never(compiled)


def transaction_script(compiled: CompiledTransaction) -> str:
    """Return the text of a transaction's script, which calls the functions of its steps."""
    name = identifier(compiled.name, taken=map(identifier, compiled.steps))
    steps = [identifier(step) for step in compiled.steps]
    files = ", ".join(dict.fromkeys(compiled.steps))
    head = [
        *(javascript.comment(line) for line in heading(compiled.name, compiled.purpose)),
        "//",
        javascript.comment(f"Isolation: {compiled.isolation.value}. All steps or none, tried again where another"),
        javascript.comment("program was in the way. Load the files of the steps first:"),
        javascript.comment(f"    {files}"),
        javascript.comment("A step's arguments are an object, or a function that makes it of the results before."),
    ]
    body = [
        f"function {name}({{ {', '.join(f'{step}: for_{step}' for step in dict.fromkeys(steps))} }}, "
        "{ database = db } = {}) {",
        "  const given = (steps, results) => (typeof steps === 'function' ? steps(results) : steps);",
        "  const session = database.getMongo().startSession();",
        "  const results = {};",
        "  try {",
        "    session.withTransaction(() => {",
    ]
    body += [f"      results.{step} = {step}(given(for_{step}, results), {{ database, session }});" for step in steps]
    concern = f"{{ readConcern: {{ level: '{compiled.read_concern}' }}, writeConcern: {{ w: 'majority' }} }}"
    body += [
        f"    }}, {concern});",
        "    return results;",
        "  } finally {",
        "    session.endSession();",
        "  }",
        "}",
    ]
    return script(head, body)


def script(head: Iterable[str], body: list[str]) -> str:
    """Return a script: what stands above it, its body, and the functions that this calls."""
    text = "\n".join(body)
    called = dict.fromkeys(name for name in _CALLED.findall(text) if name in FUNCTIONS)
    needed = dict.fromkeys((*called, *(inner for name in called for inner in NEEDS.get(name, ()))))
    functions = "".join(f"\n{FUNCTIONS[name]}" for name in FUNCTIONS if name in needed)
    return "\n".join(head) + f"\n\n{text}\n{functions}"


def _given(parameters: Iterable[MongoParameter]) -> list[str]:
    lines = []
    for each in parameters:
        of = f"array of {type_words(each.type)}" if each.is_list else type_words(each.type)
        optional = ", may be null" if each.is_optional else ""
        of_row = ", of each row" if each.is_batch else ""
        lines.append(javascript.comment(f"    {each.name}: {of}{optional}{of_row}"))
    return ["//", javascript.comment("given"), *lines] if lines else []


def _shown(read: CompiledRead) -> list[str]:
    lines = [
        javascript.comment(
            f"    {field.name}: {'array' if field.is_list else type_words(field.type)}"
            f"{', for the cursor' if field.is_internal else ''}"
        )
        for field in read.fields
    ]
    pages = (
        []
        if read.page is None
        else [
            "//",
            javascript.comment(f"Gives a page of {read.page:,} and the cursor `after` it, null after the last."),
        ]
    )
    return [*(["//", javascript.comment("returns"), *lines] if lines else []), *pages]


def _remarks(write: CompiledWrite) -> list[str]:
    if write.needs_transaction is None:
        return []
    return [
        "//",
        javascript.comment(f"It {write.needs_transaction}."),
        javascript.comment("Without a session it runs in a transaction of its own."),
    ]


def _names(parameters: Iterable[MongoParameter], *, function: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for parameter in parameters:
        found[parameter.name] = identifier(parameter.name, taken=(function, *found.values()))
    return found


def _signature(name: str, members: list[str]) -> list[str]:
    given = f"{{ {', '.join(members)} }}{' = {}' if all(' = ' in each for each in members) else ''}" if members else "_"
    given = "_ = {}" if not members else given
    line = f"function {name}({given}, {_OPTIONS}) {{"
    if len(line) <= 110:
        return [line]
    return [f"function {name}(", "  {", *(f"    {each}," for each in members), "  },", f"  {_OPTIONS},", ") {"]


def _members(parameters: Iterable[MongoParameter], names: dict[str, str]) -> list[str]:
    found = []
    for each in parameters:
        name, key = names[each.name], javascript.key(each.name)
        text = name if key == name else f"{key}: {name}"
        found.append(f"{text} = null" if each.is_optional else text)
    return found


_WITHIN = "const within = session === null ? database : session.getDatabase(database.getName());"


def _read(read: CompiledRead) -> list[str]:
    name = identifier(read.pattern)
    names = _names(read.parameters, function=name)
    is_paged = read.next is not None and read.page is not None
    members = _members(listed(read.parameters), names) + (["after = null"] if is_paged else [])
    statements = Statements(Values(parameters={each.name: each for each in read.parameters}, names=names))
    statements.add(_WITHIN)
    queries = [read.first, *([read.next] if read.next is not None else [])]
    if any(isinstance(part, Moment) for query in queries for part in unbound(query)):
        statements.add("const now = new Date();")
    if not is_paged or read.next is None:
        statements.query(read.first, head="return ", tail=".toArray();")
        return [*_signature(name, members), *statements.lines, "}"]
    mark = fingerprint(read)
    statements.add("let page;")
    with statements.block("if (after === null)"):
        statements.query(read.first, head="page = ", tail=".toArray();")
    with statements.block("else"):
        taken = ", ".join(names[key.parameter] for key in read.cursor)
        statements.add(f"const [{taken}] = decodeCursor('{mark}', after);")
        statements.query(read.next, head="page = ", tail=".toArray();")
    statements.lines = _joined_else(statements.lines)
    statements.add(f"if (page.length < {read.page}) return {{ page, after: null }};")
    keys = ", ".join(f"{member('last', key.field)} ?? null" for key in read.cursor)
    statements.add("const last = page[page.length - 1];")
    statements.add(f"return {{ page, after: encodeCursor('{mark}', [{keys}]) }};")
    return [*_signature(name, members), *statements.lines, "}"]


def _joined_else(lines: list[str]) -> list[str]:
    """Put `else` behind the bracket before it, as everybody does."""
    found: list[str] = []
    for line in lines:
        if line.strip() == "else {" and found and found[-1].strip() == "}":
            found[-1] = f"{found[-1]} else {{"
        else:
            found.append(line)
    return found


def _write(write: CompiledWrite) -> list[str]:
    name = identifier(write.pattern)
    batch = [each for each in write.parameters if each.is_batch]
    single = [each for each in write.parameters if not each.is_batch]
    names = _names(single, function=name)
    members = [*([BATCH] if batch else []), *_members(single, names)]
    statements = Statements(Values(parameters={each.name: each for each in write.parameters}, names=dict(names)))
    keys = _made(write.operations)
    statements.count = "0" if keys else None
    if write.needs_transaction is not None:
        passed = [*([BATCH] if batch else []), *(_passed(each.name, names[each.name]) for each in single)]
        _in_transaction(name, passed, statements)
    else:
        statements.add(_WITHIN)
    _prepare(write, keys, statements, is_batch=bool(batch))
    start = len(statements.lines)
    if write.each is not None:
        statements.count = "made.length"
        with statements.at(BATCH) as row, statements.block(f"for (const {row} of made)"):
            for operation in write.operations:
                statements.operate(operation)
    else:
        for operation in write.operations:
            statements.operate(operation)
    declared = _declared(write, statements, is_batch=bool(batch))
    statements.lines[start:start] = [f"{' ' * STEP}{line}" for line in declared]
    result = statements.count or "0"
    statements.add(f"return {_key_result(keys, statements, is_batch=bool(batch)) if keys else result};")
    return [*_signature(name, members), *statements.lines, "}"]


def _passed(name: str, variable: str) -> str:
    key = javascript.key(name)
    return variable if key == variable else f"{key}: {variable}"


def _declared(write: CompiledWrite, statements: Statements, *, is_batch: bool) -> list[str]:
    """Return declarations of what blocks assign: the count, and what single checks keep."""
    kept = [
        f"let {statements.variable(name)} = null;"
        for operation in write.operations
        if isinstance(operation, Require) and (operation.each is None or not is_batch)
        for _, name in operation.keeps
    ]
    return [*(["let count = 0;"] if statements.count == "count" else []), *dict.fromkeys(kept)]


def _made(operations: Iterable[Operation]) -> tuple[NewKey | TakeNumber, ...]:
    """Return the keys that a write makes, in the order in which it needs them."""
    found: dict[NewKey | TakeNumber, None] = {}
    for operation in operations:
        if isinstance(operation, TakeNumber):
            found[operation] = None
        else:
            found.update(dict.fromkeys(part for part in unbound(operation) if isinstance(part, NewKey)))
    return tuple(found)


def _key_result(keys: tuple[NewKey | TakeNumber, ...], statements: Statements, *, is_batch: bool) -> str:
    key = keys[0]
    if is_batch:
        return f"made.map((row) => {member('row', key.name)})"
    return statements.variable(key.name) if isinstance(key, TakeNumber) else statements.values.names[f"new {key.name}"]


def _in_transaction(name: str, passed: list[str], statements: Statements) -> None:
    given = f"{{ {', '.join(passed)} }}" if passed else "{}"
    with statements.block("if (session === null)"):
        statements.add("const own = database.getMongo().startSession();")
        statements.add("let result;")
        with statements.block("try"):
            with statements.block("own.withTransaction(() =>"):
                statements.add(f"result = {name}({given}, {{ database, session: own }});")
            statements.lines[-1] += ");"
            statements.add("return result;")
        statements.lines[-1] += " finally {"
        statements.lines += [f"{' ' * (statements.indent + STEP)}own.endSession();"]
        statements.add("}")
    statements.add("const within = session.getDatabase(database.getName());")


def _prepare(
    write: CompiledWrite, keys: tuple[NewKey | TakeNumber, ...], statements: Statements, *, is_batch: bool
) -> None:
    parts = [part for operation in write.operations for part in unbound(operation)]
    if any(isinstance(part, Moment) or _is_moment(part) for part in parts):
        statements.add("const now = new Date();")
    new = [key for key in keys if isinstance(key, NewKey)]
    if is_batch:
        made = "".join(f", {javascript.key(key.name)}: newKey()" for key in new)
        statements.add(f"const made = {BATCH}.map((row) => ({{ ...row{made} }}));")
        statements.values.names[BATCH] = "made"
        return
    for key in new:
        variable = identifier(f"new_{key.name}", taken=statements.values.names.values())
        statements.values.names[f"new {key.name}"] = variable
        statements.add(f"const {variable} = newKey();")


def _is_moment(part: object) -> bool:
    return isinstance(part, Given) and isinstance(part.otherwise, Moment)
