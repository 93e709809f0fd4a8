"use strict";
// What the screens with questions are made of: fields with label, hint and error, an
// error summary, and buttons. Patterns are those of the GOV.UK and USWDS design
// systems.

// field is a text input with its label. The browser is asked not to remember what
// is typed.
function field({ id, label, hint, value, error, optional, width, numeric, oninput }) {
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return h("div", { class: error ? "field wrong" : "field" },
    h("label", { for: id }, label, optional ? h("span", { class: "aside" }, ` (${t("optional")})`) : ""),
    hint ? h("p", { class: "hint", id: `${id}-hint` }, hint) : "",
    error ? h("p", { class: "error", id: `${id}-error` }, h("span", { class: "unseen" }, t("error_prefix")), error) : "",
    input({ id, value, width, numeric, oninput, described, error }));
}

function input({ id, value, width, numeric, oninput, described, error }) {
  const e = h("input", {
    id, name: id, type: "text", class: `w${width ?? 20}`, autocomplete: "off", autocapitalize: numeric ? "off" : "words", spellcheck: "false",
    inputmode: numeric ? "numeric" : null, maxlength: numeric ? 10 : 100, "aria-describedby": described || null, "aria-invalid": error ? "true" : null,
    oninput: (event) => oninput(event.target.value),
  });
  e.value = value ?? "";
  return e;
}

// dateField is a date in three inputs, month first. Its value has year, month, day.
function dateField({ id, legend, hint, value, error }) {
  const part = (name, width) =>
    h("div", { class: "part" },
      h("label", { for: `${id}-${name}` }, t(name)),
      input({
        id: `${id}-${name}`, value: value[name], width, numeric: true, described: error ? `${id}-error` : `${id}-hint`, error,
        oninput: (v) => { value[name] = v; },
      }));
  return h("fieldset", { class: error ? "field wrong" : "field", "aria-describedby": [`${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") },
    h("legend", null, legend),
    h("p", { class: "hint", id: `${id}-hint` }, hint),
    error ? h("p", { class: "error", id: `${id}-error` }, h("span", { class: "unseen" }, t("error_prefix")), error) : "",
    h("div", { class: "parts" }, part("month", 2), part("day", 2), part("year", 4)));
}

// dateText returns a date field as YYYY-MM-DD, YYYY-MM or YYYY, "" if it is empty,
// and null if it is no date.
function dateText({ year, month, day }) {
  const [y, m, d] = [year, month, day].map((s) => (s ?? "").trim());
  if (!y && !m && !d) return "";
  if (!/^\d{4}$/.test(y) || !/^\d{0,2}$/.test(m) || !/^\d{0,2}$/.test(d) || (d && !m)) return null;
  if (!m) return y;
  const two = (s) => s.padStart(2, "0");
  if (+m < 1 || +m > 12) return null;
  if (!d) return `${y}-${two(m)}`;
  const when = new Date(Date.UTC(+y, +m - 1, +d));
  return when.getUTCMonth() === +m - 1 && when.getUTCDate() === +d ? `${y}-${two(m)}-${two(d)}` : null;
}

// selectState is a list of the states, of all or of those known.
function selectState({ id, label, value, error, onchange, known }) {
  const named = Object.entries(texts[page.lang].states).filter(([code]) => !known || known.includes(code)).sort((a, b) => a[1].localeCompare(b[1], page.lang));
  const e = h("select", {
    id, name: id, autocomplete: "off", "aria-invalid": error ? "true" : null, "aria-describedby": error ? `${id}-error` : null,
    onchange: (event) => onchange(event.target.value),
  },
  h("option", { value: "" }, t("states_choose")),
  named.map(([code, name]) => h("option", { value: `US-${code}` }, name)));
  e.value = value ?? "";
  return h("div", { class: error ? "field wrong" : "field" },
    h("label", { for: id }, label),
    error ? h("p", { class: "error", id: `${id}-error` }, h("span", { class: "unseen" }, t("error_prefix")), error) : "",
    e);
}

// severalStates asks for the state of now and former ones, of those known. value is
// a list.
function severalStates(value, errors, known) {
  if (value.length === 0) value.push("");
  return [
    value.map((code, i) => [
      selectState({
        id: i === 0 ? "state" : `former_state-${i}`, label: t(i === 0 ? "states_now" : "states_other"), value: code,
        error: i === 0 ? errors.state : "", known, onchange: (v) => { value[i] = v; },
      }),
      i > 0 ? removeButton(value, i, t("states_other")) : "",
    ]),
    addButton(value, 8, (n) => `former_state-${n}`),
  ];
}

// several asks for one thing several times. value is a list.
function several({ id, label, value, hint, errors, most, width, numeric }) {
  if (value.length === 0) value.push("");
  return [
    value.map((v, i) => [
      field({
        id: i === 0 ? id : `${id}-${i}`, label: i === 0 ? label : `${label} ${i + 1}`, value: v, hint: i === 0 ? hint : "", optional: true,
        error: i === 0 ? errors[id] : "", width, numeric, oninput: (s) => { value[i] = s; },
      }),
      i > 0 ? removeButton(value, i, `${label} ${i + 1}`) : "",
    ]),
    addButton(value, most, (n) => `${id}-${n}`),
  ];
}

function addButton(value, most, id) {
  if (value.length >= most) return "";
  return h("p", null, h("button", {
    type: "button", class: "link", onclick: () => { value.push(""); show(page.screen, { focus: id(value.length - 1) }); },
  }, t("add")));
}

function removeButton(value, i, what) {
  return h("p", null, h("button", { type: "button", class: "link", onclick: () => { value.splice(i, 1); show(page.screen); } },
    t("remove"), h("span", { class: "unseen" }, ` ${what}`)));
}

// errorSummary lists errors, each linked to its field.
function errorSummary(errors) {
  const all = Object.entries(errors).filter(([, text]) => text);
  if (all.length === 0) return "";
  return h("div", { class: "summary", id: "summary", tabindex: "-1", role: "alert", "aria-labelledby": "summary-title" },
    h("h2", { id: "summary-title" }, t("summary_title")),
    h("ul", null, all.map(([id, text]) => h("li", null, h("a", {
      href: `#${id}`,
      onclick: (event) => { event.preventDefault(); focusField(id); },
    }, text)))));
}

// focusField goes to a field, or to the first input of a group.
function focusField(id) {
  const e = document.getElementById(id) ?? document.getElementById(`${id}-month`) ?? document.querySelector(`[name="${id}"]`);
  e?.focus();
  e?.scrollIntoView({ block: "center" });
}

// question is a screen: heading, hint, fields, and a button to go on. It is no
// form: nothing can be submitted, so that a browser never sends it off or offers to
// keep it. Enter goes on.
function question({ title, hint, step, of, fields, errors, next, back, button }) {
  return h("div", {
    class: "question",
    onkeydown: (event) => {
      if (event.key === "Enter" && event.target.tagName === "INPUT") { event.preventDefault(); next(); }
    },
  },
  backLink(back),
  errorSummary(errors ?? {}),
  step ? h("p", { class: "lead-in" }, t("step", { n: step, of })) : "",
  h("h1", { tabindex: "-1" }, title),
  hint ? h("p", { class: "hint large" }, hint) : "",
  fields,
  h("p", { class: "actions" }, h("button", { type: "button", class: "main", id: "next", onclick: next }, button ?? t("continue"))));
}

const backLink = (back) => h("p", { class: "back" }, h("button", { type: "button", class: "link", onclick: back }, t("back")));
