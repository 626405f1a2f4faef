"""The functions that JavaScript query files need, each put into the files that call it."""

FUNCTIONS = {
    "newKey": """\
// A UUID of version 7, which sorts by the time it was made (RFC 9562).
function newKey() {
  const random = require('crypto').randomBytes(10);
  random[0] = 0x70 | (random[0] & 0x0f);
  random[2] = 0x80 | (random[2] & 0x3f);
  const hex = Date.now().toString(16).padStart(12, '0') + random.toString('hex');
  return UUID(hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
}
""",
    "takeNumbers": """\
// Takes numbers from a counter, outside any transaction: as with a sequence nobody waits, and gaps remain.
function takeNumbers(database, counter, count) {
  const found = database.counters.findOneAndUpdate(
    { _id: counter },
    { $inc: { last: count } },
    { upsert: true, returnDocument: 'after' },
  );
  return Array.from({ length: count }, (_, position) => Number(found.last) - count + 1 + position);
}
""",
    "present": """\
// Leaves out what is NULL: that is a field which is not there.
function present(document) {
  return Object.fromEntries(Object.entries(document).filter(([, value]) => value !== null && value !== undefined));
}
""",
    "setting": """\
// The update that sets values, and takes away the fields that become NULL.
function setting(values) {
  const gone = Object.keys(values).filter((name) => values[name] === null || values[name] === undefined);
  const update = gone.length < Object.keys(values).length ? { $set: present(values) } : {};
  return gone.length > 0 ? { ...update, $unset: Object.fromEntries(gone.map((name) => [name, ''])) } : update;
}
""",
    "orNull": """\
// A document, or null where nothing is in it.
function orNull(document) {
  return Object.keys(document).length > 0 ? document : null;
}
""",
    "keyOf": """\
// A value as the key of a Map: what is the same in the database is the same here.
function keyOf(value) {
  return EJSON.stringify({ value: value ?? null }, { relaxed: true });
}
""",
    "different": """\
// The different values of a member that are there.
function different(rows, member) {
  const found = new Map();
  for (const row of rows) {
    if (row[member] !== null && row[member] !== undefined) {
      found.set(EJSON.stringify({ value: row[member] }, { relaxed: false }), row[member]);
    }
  }
  return [...found.values()];
}
""",
    "later": """\
// A moment so many months, days and milliseconds later; the last day of a month that is too short.
function later(moment, months, days, milliseconds) {
  const found = new Date(moment);
  found.setUTCDate(1);
  found.setUTCMonth(found.getUTCMonth() + months);
  const last = new Date(Date.UTC(found.getUTCFullYear(), found.getUTCMonth() + 1, 0)).getUTCDate();
  found.setUTCDate(Math.min(moment.getUTCDate(), last) + days);
  return new Date(found.getTime() + milliseconds);
}
""",
    "midnight": """\
// The beginning of a day in UTC, which is how a date is stored.
function midnight(moment) {
  return new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth(), moment.getUTCDate()));
}
""",
    "allWords": """\
// A text search for all words of a text: each as a phrase, as phrases must all be there.
function allWords(text) {
  const words = text.replace(/["\\\\]/g, ' ').split(/\\s+/).filter((word) => word);
  return words.map((word) => `"${word}"`).join(' ');
}
""",
    "likePattern": """\
// The regular expression of a LIKE pattern; a backslash takes the character after it as it is.
function likePattern(pattern) {
  const body = pattern.replace(/\\\\([^])|([%_])|([.*+?^${}()|[\\]\\\\/-])/g, (_, taken, mark, special) => {
    if (mark) return mark === '%' ? '.*' : '.';
    return (special ?? taken).replace(/[.*+?^${}()|[\\]\\\\/-]/, '\\\\$&');
  });
  return `^${body}\\\\z`;
}
""",
    "encodeCursor": """\
// Where a page ended, as one opaque word: base64url of six bytes of SHA-256 over, and then, a JSON text.
function encodeCursor(fingerprint, values) {
  const payload = Buffer.from(EJSON.stringify([1, fingerprint, values], { relaxed: false }));
  const checksum = require('crypto').createHash('sha256').update(payload).digest().subarray(0, 6);
  return Buffer.concat([checksum, payload]).toString('base64url');
}
""",
    "decodeCursor": """\
// The values that a cursor holds; a damaged one is refused, and one of another query.
function decodeCursor(fingerprint, cursor) {
  const raw = Buffer.from(cursor, 'base64url');
  const payload = raw.subarray(6);
  const checksum = require('crypto').createHash('sha256').update(payload).digest().subarray(0, 6);
  if (!checksum.equals(raw.subarray(0, 6))) throw new Error('the cursor is damaged');
  const [version, madeFor, values] = EJSON.parse(payload.toString(), { relaxed: false });
  if (Number(version) !== 1 || madeFor !== fingerprint) throw new Error('the cursor belongs to another query');
  return values;
}
""",
}
"""The text of each function by its name."""

NEEDS = {"setting": ("present",)}
"""Functions that a function calls."""
