"use strict";
// The screens of the check: questions, the answers reviewed, the way chosen.

const steps = ["states", "name", "former", "birth", "zip", "voter"];
let person; // what was typed
let offer; // what the site has, once it was asked
let mode; // "filter" or "bucket"

function newPerson() {
  person = {
    states: [""], first: "", middle: "", last: "", suffix: "", former_last: [""], birth: { year: "", month: "", day: "" }, zip: "", former_zip: [""], voter_id: "",
  };
  offer = undefined;
  mode = undefined;
}

const filled = (all) => [...new Set(all.map((s) => s.trim()).filter(Boolean))];

// asked is the person as the program takes them.
function asked() {
  const [state, ...former_state] = filled(person.states);
  const birth = dateText(person.birth) ?? "";
  const whole = birth.length === 10;
  return {
    first: person.first, middle: person.middle, last: person.last, suffix: person.suffix, birth_date: whole ? birth : "",
    birth_year: whole ? "" : birth.slice(0, 4), zip: person.zip, voter_id: person.voter_id, former_last: filled(person.former_last),
    former_zip: filled(person.former_zip), state: state ?? "", former_state,
  };
}

// wrong says what is wrong with the answers of a step, by field.
const wrong = {
  states: () => ({ state: person.states[0] ? "" : t("states_error") }),
  name: () => ({ first: person.first.trim() ? "" : t("first_error"), last: person.last.trim() ? "" : t("last_error") }),
  former: () => ({}),
  birth: () => {
    const year = +person.birth.year;
    const real = dateText(person.birth) !== null && (person.birth.year.trim() === "" || (year > 1880 && year <= new Date().getFullYear()));
    return { birth: real ? "" : t("birth_error") };
  },
  zip: () => {
    const fits = (s) => s.trim() === "" || /^\d{5}(-?\d{4})?$/.test(s.trim());
    return { zip: fits(person.zip) ? "" : t("zip_error"), former_zip: person.former_zip.every(fits) ? "" : t("zip_error") };
  },
  voter: () => ({}),
};

const fields = {
  states: (e) => severalStates(person.states, e),
  name: (e) => ["first", "middle", "last", "suffix"].map((id) =>
    field({
      id, label: t(id), value: person[id], error: e[id], optional: id === "middle" || id === "suffix", hint: id === "suffix" ? t("suffix_hint") : "",
      width: id === "suffix" ? 5 : 20, oninput: (v) => { person[id] = v; },
    })),
  former: (e) => several({ id: "former_last", label: t("former_last"), value: person.former_last, errors: e, most: 3 }),
  birth: (e) => dateField({ id: "birth", legend: t("birth_date"), hint: t("birth_example"), value: person.birth, error: e.birth }),
  zip: (e) => [
    field({ id: "zip", label: t("zip"), value: person.zip, error: e.zip, optional: true, width: 5, numeric: true, oninput: (v) => { person.zip = v; } }),
    several({ id: "former_zip", label: t("former_zip"), hint: t("former_zip_hint"), value: person.former_zip, errors: e, most: 4, width: 5, numeric: true }),
  ],
  voter: () => field({ id: "voter_id", label: t("voter_id"), value: person.voter_id, optional: true, oninput: (v) => { person.voter_id = v; } }),
};

// screenOf is a step's screen. Who came to change one answer goes back to the
// answers.
function screenOf(step, { errors, changing } = {}) {
  const i = steps.indexOf(step);
  return {
    title: t(`${step}_title`),
    errors,
    draw: () => question({
      title: t(`${step}_title`), hint: t(`${step}_hint`), step: i + 1, of: steps.length, fields: fields[step](errors ?? {}), errors,
      back: () => (changing ? show(reviewScreen) : i === 0 ? show(startScreen) : show(() => screenOf(steps[i - 1]))),
      next: () => {
        const found = wrong[step]();
        if (Object.values(found).some(Boolean)) show(() => screenOf(step, { errors: wrong[step](), changing }));
        else if (changing || i === steps.length - 1) show(reviewScreen);
        else show(() => screenOf(steps[i + 1]));
      },
    }),
  };
}

function beginCheck() {
  newPerson();
  if (!client.able()) return show(() => failureScreen({ code: "browser" }));
  forCheck().catch(() => {}); // what fails is said when it is needed
  show(() => screenOf("states"));
}

// stepOf says on which screen a field of the program is asked.
const stepOf = { state: "states", former_state: "states", first: "name", middle: "name", last: "name", suffix: "name", former_last: "former", birth_date: "birth", birth_year: "birth", zip: "zip", former_zip: "zip", voter_id: "voter" };

// reviewScreen shows the answers. What of them cannot be used is said by the
// program that will use them.
function reviewScreen(errors) {
  const p = asked();
  const rows = [
    ["states", filled(person.states).map(stateName).join(", ")],
    ["name", [p.first, p.middle, p.last, p.suffix].map((s) => s.trim()).filter(Boolean).join(" ")],
    ["former", p.former_last.join(", ")],
    ["birth", date(p.birth_date || p.birth_year)],
    ["zip", [p.zip.trim(), ...p.former_zip].filter(Boolean).join(", ")],
    ["voter", p.voter_id.trim()],
  ];
  return {
    title: t("check_title"),
    errors,
    draw: () => question({
      title: t("check_title"), errors,
      fields: [
        h("dl", { class: "answers" }, rows.map(([step, value]) => h("div", null,
          h("dt", null, t(`${step}_title`)),
          h("dd", null, value || h("span", { class: "aside" }, t("none_given"))),
          h("dd", { class: "change" }, h("button", { type: "button", class: "link", id: `change-${step}`, onclick: () => show(() => screenOf(step, { changing: true })) },
            t("change"), h("span", { class: "unseen" }, ` – ${t(`${step}_title`)}`)))))),
        h("p", null, t("check_next", { states: list(filled(person.states).map(stateName)) })),
      ],
      back: () => show(() => screenOf(steps.at(-1))),
      next: review,
      button: t("check_continue"),
    }),
  };
}

async function review() {
  if (!(await working(t("loading"), forCheck))) return;
  const { problems } = await call("answer", "review", asked());
  if (problems.length === 0) return openOffer();
  show(() => {
    const errors = {};
    for (const p of problems) errors[`change-${stepOf[p.field] ?? "name"}`] = `${t(stepOf[p.field] === "name" ? "last" : p.field)}: ${p.text[page.lang]}`;
    return reviewScreen(errors);
  });
}

async function openOffer() {
  const opened = await working(t("opening"), () => call("ask", "open", filled(person.states)));
  if (!opened) return;
  offer = opened;
  if (offer.failure.code) return show(() => failureScreen(offer.failure, openOffer));
  if (offer.datasets === null || offer.datasets.length === 0) return show(nothingScreen);
  mode = offer.sure ? offer.mode : undefined;
  show(wayScreen);
}

// wayScreen says what either way of asking takes and tells, and lets the person
// choose where there is something to weigh.
function wayScreen(errors) {
  const bytes = size(offer.filters.bytes);
  const way = (value, title, hint) => h("div", { class: "choice" },
    h("input", { type: "radio", name: "way", id: `way-${value}`, value, checked: mode === value, "aria-describedby": `way-${value}-hint`, onchange: () => { mode = value; } }),
    h("label", { for: `way-${value}` }, title),
    h("p", { class: "hint", id: `way-${value}-hint` }, hint));
  const filterHint = offer.filters.files === 0 ? t("way_filter_downloaded") : t("way_filter_hint", { bytes, files: number(offer.filters.files) });
  const bucketHint = t(offer.buckets.group ? "way_bucket_hint" : "way_bucket_hint_unknown", { bytes: size(offer.buckets.bytes), group: number(offer.buckets.group) });
  const only = offer.buckets.possible ? "way_only" : "way_only_no_bucket";
  return {
    title: t("way_title"),
    errors,
    draw: () => question({
      title: t("way_title"), errors,
      fields: [
        offer.sure
          ? h("p", null, t(only, { bytes }))
          : [h("p", null, t("way_text")),
            h("fieldset", { class: errors ? "field wrong" : "field" },
              h("legend", { class: "unseen" }, t("way_title")),
              errors ? h("p", { class: "error" }, h("span", { class: "unseen" }, t("error_prefix")), errors.way) : "",
              way("filter", t("way_filter"), filterHint),
              way("bucket", t("way_bucket"), bucketHint))],
        offer.sure ? h("p", { class: "hint" }, filterHint) : "",
        offer.missing?.length ? h("p", { class: "panel" }, t("way_missing", { states: stateNames(offer.missing) })) : "",
        h("section", { class: "panel", "aria-labelledby": "who" },
          h("h2", { id: "who" }, t("way_site_title")),
          h("p", null, t("way_site", { operator: offer.operator, seq: number(offer.seq), issued: date(offer.issued) })),
          h("p", null, h("code", { class: "fingerprint" }, offer.fingerprint)),
          h("p", null, t("way_trust"))),
      ],
      back: () => show(reviewScreen),
      next: () => (mode ? ask() : show(() => wayScreen({ way: t("way_error") }))),
      button: t("way_ask"),
    }),
  };
}

async function ask() {
  const all = offer.filters.bytes;
  let done = 0;
  client.progress = (n) => {
    done += n;
    if (mode === "filter" && all > 0) progress(Math.min(1, done / all), t("asking_filter", { done: size(Math.min(done, all)), all: size(all) }));
  };
  const answered = await working(t("asking"), async () => {
    const failed = await call("ask", "begin", mode);
    if (failed.code) return { failure: failed };
    progress(null, t(mode === "filter" ? "asking" : "asking_bucket"));
    return call("answer", "check", { person: asked(), offer });
  });
  client.progress = null;
  if (!answered) return;
  if (answered.failure.code) return show(() => failureScreen(answered.failure, openOffer));
  const sent = await call("ask", "sent");
  show(() => answerScreen(answered, sent));
}
