"use strict";
// Small helpers to make HTML elements, and the words. Text is only ever set as
// text: nothing that is typed or received is taken for HTML.

// The language is that of the file that was loaded, until it is changed.
const page = { lang: document.documentElement.lang === "es" ? "es" : "en" };

// t returns a text of the page, with what stands in braces filled in.
function t(key, values = {}) {
  const text = texts[page.lang][key];
  if (text === undefined) throw new Error(`there is no text ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

const has = (key) => texts[page.lang][key] !== undefined;

// h makes an element: h("p", {class: "x"}, "text", child, [more]). An attribute
// that is false or null is left out; one whose name begins with "on" is a
// listener. Children that are null or "" are passed over.
function h(name, attributes, ...children) {
  const e = document.createElement(name);
  for (const [k, v] of Object.entries(attributes ?? {})) {
    if (v === false || v === null || v === undefined) continue;
    if (k.startsWith("on")) e.addEventListener(k.slice(2), v);
    else e.setAttribute(k, v === true ? "" : v);
  }
  for (const c of children.flat(Infinity)) {
    if (c !== null && c !== undefined && c !== "") e.append(c);
  }
  return e;
}

const number = (n) => new Intl.NumberFormat(page.lang === "es" ? "es-US" : "en-US").format(n);

// about rounds a number for people who are told "about": to one digit, or to two
// where one would be off by more than a sixth. It is at least 1.
function about(n) {
  if (n < 100) return Math.max(1, Math.round(n));
  const unit = 10 ** Math.floor(Math.log10(n / 3));
  return Math.round(n / unit) * unit;
}

// size writes a number of bytes.
function size(n) {
  const short = (x) => number(x < 10 ? Math.round(x * 10) / 10 : Math.round(x));
  if (n < 1000) return t("bytes", { n: number(n) });
  if (n < 999_500) return t("kilobytes", { n: short(n / 1000) });
  return t("megabytes", { n: short(n / 1_000_000) });
}

// date writes "2020-10-20", "2020-10" or "2020" for people.
function date(s) {
  if (!/^\d{4}(-\d\d){0,2}$/.test(s)) return s;
  const parts = s.split("-");
  const shown = { year: "numeric" };
  if (parts.length > 1) shown.month = "long";
  if (parts.length > 2) shown.day = "numeric";
  const day = new Date(Date.UTC(parts[0], (parts[1] ?? 1) - 1, parts[2] ?? 1));
  return new Intl.DateTimeFormat(page.lang === "es" ? "es-US" : "en-US", { ...shown, timeZone: "UTC" }).format(day);
}

// moment writes a time, in the time zone of the device.
const moment = (time) => new Intl.DateTimeFormat(page.lang === "es" ? "es-US" : "en-US", { dateStyle: "long", timeStyle: "short" }).format(time);

// list joins words as "a, b and c".
function list(words) {
  if (words.length < 2) return words.join("");
  return words.slice(0, -1).join(", ") + ` ${t("and")} ` + words.at(-1);
}

const stateName = (code) => texts[page.lang].states[code.replace("US-", "")] ?? code;
const stateNames = (codes) => list(codes.map(stateName));
const kindName = (kind) => (kind === "vote" ? t("detail_vote") : (texts[page.lang].kinds[kind] ?? kind));
const kindNames = (kinds) => list(kinds.map(kindName));

// english marks a text that there is only in English.
function english(text) {
  if (page.lang === "en") return text;
  return [h("span", { lang: "en" }, text), " ", h("span", { class: "aside" }, `(${t("english_only")})`)];
}

// say tells people who listen to the page.
function say(text) {
  document.getElementById("status").textContent = text;
}
