"use strict";
// The second part: what a message in hand proves. Only kinds of details are asked
// for, and nothing is sent.

let message; // what was ticked

// common are the details that messages quote most, first.
const common = ["name", "address", "party", "birth_date", "birth_year", "email", "phone", "voter_id", "vote_history", "vote", "ssn_last4", "driver_license"];

function beginClaim() {
  message = { states: [""], when: { year: "", month: "", day: "" }, quoted: new Set(), boasted: new Set() };
  if (!client.able()) return show(() => failureScreen({ code: "browser" }));
  forClaim().catch(() => {});
  show(() => claimScreen("states"));
}

const claimSteps = ["states", "when", "quoted", "boasted"];

const claimWrong = {
  states: () => ({ state: message.states[0] ? "" : t("states_error") }),
  when: () => {
    const text = dateText(message.when);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    return { when: text === null || text > tomorrow.slice(0, text.length) ? t("claim_when_error") : "" };
  },
  quoted: () => ({}),
  boasted: () => ({ boasted: message.quoted.size + message.boasted.size ? "" : t("claim_error") }),
};

const claimFields = {
  states: (e) => severalStates(message.states, e, recorded),
  when: (e) => dateField({ id: "when", legend: t("claim_when"), hint: t("birth_example").replace("1986", "2020"), value: message.when, error: e.when }),
  quoted: (e) => kindChoices("quoted", message.quoted, [], e),
  boasted: (e) => kindChoices("boasted", message.boasted, [...message.quoted], e),
};

// kindChoices are boxes to tick, the less common ones folded away.
function kindChoices(id, chosen, without, errors) {
  const all = [...Object.keys(texts[page.lang].kinds), "vote"].filter((k) => !without.includes(k));
  const box = (kind) => h("div", { class: "choice" },
    h("input", {
      type: "checkbox", name: id, id: `${id}-${kind}`, checked: chosen.has(kind),
      onchange: (event) => { if (event.target.checked) chosen.add(kind); else chosen.delete(kind); },
    }),
    h("label", { for: `${id}-${kind}` }, sentence(kindName(kind))));
  const rare = all.filter((k) => !common.includes(k));
  return h("fieldset", { class: errors[id] ? "field wrong" : "field", id, tabindex: "-1" },
    h("legend", { class: "unseen" }, t(`claim_${id}_title`)),
    errors[id] ? h("p", { class: "error" }, h("span", { class: "unseen" }, t("error_prefix")), errors[id]) : "",
    common.filter((k) => all.includes(k)).map(box),
    h("details", { open: rare.some((k) => chosen.has(k)) }, h("summary", null, t("claim_more")), rare.map(box)));
}

function claimScreen(step, errors) {
  const i = claimSteps.indexOf(step);
  const title = step === "states" ? t("states_title") : t(`claim_${step}_title`);
  return {
    title,
    errors,
    draw: () => question({
      title, hint: t(`claim_${step}_hint`), step: i + 1, of: claimSteps.length, fields: claimFields[step](errors ?? {}), errors,
      back: () => (i === 0 ? show(startScreen) : show(() => claimScreen(claimSteps[i - 1]))),
      next: () => {
        if (Object.values(claimWrong[step]()).some(Boolean)) show(() => claimScreen(step, claimWrong[step]()));
        else if (i === claimSteps.length - 1) judge();
        else show(() => claimScreen(claimSteps[i + 1]));
      },
    }),
  };
}

async function judge() {
  const report = await working(t("loading"), async () => {
    await forClaim();
    return call("claim", "claim", {
      states: filled(message.states), when: dateText(message.when), quoted: [...message.quoted], boasted: [...message.boasted].filter((k) => !message.quoted.has(k)),
    });
  });
  if (!report) return;
  if (report.problem) return show(() => claimScreen("when", { when: t("claim_when_error") }));
  show(() => reportScreen(report));
}

function reportScreen(r) {
  const kind = r.if_given ? "open" : { "public-record": "clear", beyond: "found", "cannot-tell": "open" }[r.verdict];
  const headline = r.headline[page.lang];
  return {
    title: headline,
    draw: () => [
      backLink(() => show(() => claimScreen("boasted"))),
      h("div", { class: `verdict ${kind}` },
        h("p", { class: "lead-in" }, [t("claim_title"), stateNames(r.states), r.when ? date(r.when) : ""].filter(Boolean).join(" – ")),
        h("h1", { tabindex: "-1", id: "verdict" }, headline),
        (r.because ?? []).map((b) => h("p", null, b[page.lang])),
        h("p", null, r.caveat[page.lang])),
      h("section", { "aria-labelledby": "items" }, h("h2", { id: "items" }, t("claim_items_title")), itemList(r, true), itemList(r, false), listNotes(r)),
      incidentsSection(r),
      stepsSection(r),
      sourcesSection(r),
      h("p", { class: "panel" }, t("claim_private")),
      h("p", { class: "actions" },
        h("button", { type: "button", class: "main", id: "print", onclick: () => print() }, t("print")), " ",
        h("button", { type: "button", id: "again", onclick: again }, t("again"))),
    ],
  };
}

// mark is a sign beside an answer, for who does not see its colour.
const marks = { public: "○", withheld: "●", restricted: "◐", unknown: "?" };

function itemList(r, quoted) {
  const items = (r.items ?? []).filter((i) => i.quoted === quoted);
  if (items.length === 0) return "";
  return [
    h("h3", null, t(quoted ? "claim_quoted" : "claim_boasted")),
    h("dl", { class: "facts" }, items.map((i) => row(sentence(kindName(i.field)),
      h("span", { class: `mark ${i.status}`, "aria-hidden": "true" }, marks[i.if_given ? "restricted" : i.status]), " ",
      r.states.length > 1 && i.field !== "vote" ? `${stateName(i.state)}: ` : "", sentence(i.says[page.lang]), "."))),
  ];
}

// listNotes say for each state who may have its list and what sources disagree on.
function listNotes(r) {
  const notes = [];
  for (const state of r.states) {
    const of = (r.items ?? []).filter((i) => i.state === state);
    const who = of.find((i) => i.who)?.who;
    if (who) notes.push(h("li", null, t("claim_who", { state: stateName(state) }), " ", who === "anyone" ? t("claim_anyone") : english(who), "."));
    for (const conflict of new Set(of.flatMap((i) => i.conflicts ?? []))) notes.push(h("li", null, t("claim_conflict"), " ", english(conflict)));
  }
  return notes.length ? h("ul", { class: "plain" }, notes) : "";
}

function incidentsSection(r) {
  const all = r.incidents ?? [];
  const told = r.verdict === "public-record" && !r.if_given ? 2 : 4;
  const one = (i) => h("li", null, h("strong", null, english(i.title)), " – ", t("claim_incident", { date: date(i.disclosed), fields: kindNames(i.fields) }),
    "; ", t(i.when === "before" ? "claim_before" : "claim_perhaps"), i.contested ? `; ${t("claim_contested")}` : "", ".");
  return h("section", { "aria-labelledby": "incidents" },
    h("h2", { id: "incidents" }, t("claim_incidents_title")),
    all.length === 0 ? h("p", null, t("claim_incidents_none")) : h("ul", null, all.slice(0, told).map(one)),
    all.length > told ? h("details", null, h("summary", null, t("claim_more_incidents", { n: number(all.length - told) })), h("ul", null, all.slice(told).map(one))) : "");
}

function sourcesSection(r) {
  const of = r.states.map((state) => {
    const items = (r.items ?? []).filter((i) => i.state === state);
    return [state, items.find((i) => i.as_of)?.as_of ?? "", [...new Set(items.flatMap((i) => i.sources ?? []))]];
  }).filter(([, , all]) => all.length);
  if (of.length === 0) return "";
  return h("details", { class: "sources" }, h("summary", null, t("claim_sources")), of.map(([state, asOf, all]) => [
    h("h3", null, t("claim_sources_of", { state: stateName(state), date: date(asOf) })),
    h("ul", null, all.map((s) => h("li", null, s.startsWith("https://") ? outside(s) : s))),
  ]));
}
