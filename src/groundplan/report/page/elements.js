"use strict";

/** Make an element with attributes and children; strings become text, never markup. */
function make(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const VERDICTS = { met: "met", missed: "missed", not_proven: "not proven" };
const chip = (verdict, label) => make("span", { class: `chip ${verdict}` }, label || VERDICTS[verdict]);
const tick = (holds, yes, no) => chip(holds ? "met" : "missed", holds ? yes : no);
const ENGINES = { postgres: "PostgreSQL", mongo: "MongoDB" };
const RECOMMENDED = { ...ENGINES, split: "both engines, each for what it is faster at" };
const holds = (claim) => (claim.refused && claim.accepted) || Boolean(claim.implied_by);
const faintly = (words) => make("p", { class: "faint" }, words);
const faint = (words) => make("span", { class: "faint" }, words);
const count = (value) => value.toLocaleString("en");
const number = (value) => value.toLocaleString("en", { maximumSignificantDigits: 4 });
const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;

function milliseconds(value) {
  if (value === null || value === undefined) return "";
  if (value >= 1000) return `${count(Math.round(value / 10) / 100)} s`;
  return `${value < 10 ? value.toFixed(2) : Math.round(value)} ms`;
}

/** Sort things by what a function says of them, in the order of the first of each. */
function grouped(things, by) {
  const found = new Map();
  for (const each of things) found.set(by(each), [...(found.get(by(each)) || []), each]);
  return found;
}

/** Make a table; a column of nothing but numbers is set flush right. */
function table(caption, header, rows) {
  if (!rows.length) return make("p", { class: "faint" }, `${caption || "Listed"}: none.`);
  const isNumeric = header.map((_, at) => rows.every((row) => typeof row[at] === "number"));
  const line = (kind, cells) => make("tr", {}, ...cells.map((cell, at) =>
    make(kind, isNumeric[at] ? { class: "number" } : {}, typeof cell === "number" ? count(cell) : cell ?? "")));
  return make("div", { class: "wide" }, make("table", {}, caption ? make("caption", {}, caption) : null,
    make("thead", {}, line("th", header)), make("tbody", {}, ...rows.map((row) => line("td", row)))));
}
