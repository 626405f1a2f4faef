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
const faint = (words) => make("span", { class: "faint" }, words);
const count = (value) => value.toLocaleString("en");
const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;

function milliseconds(value) {
  if (value === null || value === undefined) return "";
  if (value >= 1000) return `${count(Math.round(value / 10) / 100)} s`;
  return `${value < 10 ? value.toFixed(2) : Math.round(value)} ms`;
}

/** Make a table; a column of nothing but numbers is set flush right. */
function table(caption, header, rows) {
  if (!rows.length) return make("p", { class: "faint" }, `${caption}: none.`);
  const isNumeric = header.map((_, at) => rows.every((row) => typeof row[at] === "number"));
  const line = (kind, cells) => make("tr", {}, ...cells.map((cell, at) =>
    make(kind, isNumeric[at] ? { class: "number" } : {}, typeof cell === "number" ? count(cell) : cell ?? "")));
  return make("div", { class: "wide" }, make("table", {}, make("caption", {}, caption),
    make("thead", {}, line("th", header)), make("tbody", {}, ...rows.map((row) => line("td", row)))));
}
