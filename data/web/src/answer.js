"use strict";
// The answer of a check, and what stands in its place when there is none.

// titleOf names a leak as people are told of it.
const titleOf = (d) => d.title || d.dataset;

function describe(d) {
  return [d.as_of ? t("data_of", { date: date(d.as_of) }) : t("date_unknown"), d.jurisdictions?.length && d.jurisdictions.length < 5 ? stateNames(d.jurisdictions) : ""]
    .filter(Boolean).join("; ");
}

function verdict(a) {
  const best = a.findings?.some((f) => f.tier !== "possible");
  const of = a.datasets.length;
  const n = a.findings?.length ?? 0;
  if (a.unread) return { kind: "open", title: t("answer_unread") };
  if (n && !best) return { kind: "possible", title: t("answer_possible") };
  if (n && of === 1) return { kind: "found", title: t("answer_found_only") };
  if (n) return { kind: "found", title: t(n === 1 ? "answer_found_1" : "answer_found", { n: number(n), of: number(of) }) };
  if (!a.complete) return { kind: "open", title: t("answer_open") };
  return { kind: "clear", title: t("answer_not_found") };
}

function answerScreen(a, sent) {
  const v = verdict(a);
  const found = a.findings ?? [];
  const isFound = (d) => found.some((f) => f.dataset === d.dataset);
  const whole = a.datasets.filter((d) => d.state === "searched");
  const absent = whole.filter((d) => !isFound(d));
  const open = a.datasets.filter((d) => d.state !== "searched");
  const asOf = { operator: offer.operator, issued: date(offer.issued), seq: number(offer.seq) };
  const states = offer.jurisdictions.filter((j) => j !== "US-ZZ");
  const searched = whole.length < a.datasets.length
    ? t("answer_partly", { ...asOf, n: number(whole.length), of: number(a.datasets.length) })
    : t(whole.length === 1 ? "answer_searched_1" : "answer_searched_n", { ...asOf, n: number(whole.length) });
  return {
    title: v.title,
    draw: () => [
      h("div", { class: `verdict ${v.kind}` },
        h("h1", { tabindex: "-1", id: "verdict" }, v.title),
        a.retry ? h("p", { id: "retry" }, h("strong", null, t("answer_retry", { time: moment(new Date(a.retry)) }))) : "",
        v.kind === "open" && !a.unread ? h("p", null, t("answer_open_text")) : "",
        h("p", null, searched),
        h("p", null, t("answer_jurisdictions", { states: stateNames(states) })),
        offer.missing?.length ? h("p", null, t("answer_missing", { states: stateNames(offer.missing) })) : ""),
      found.map((f, i) => findingSection(f, i)),
      datasetSection(t("not_found_in"), absent, "absent"),
      datasetSection(t("no_answer_from"), open.filter((d) => !isFound(d)), "unanswered"),
      datasetSection(t("not_whole"), open.filter(isFound), "partly"),
      remarksSection(a),
      meaning(a, found, absent),
      stepsSection(a),
      learnsSection(sent),
      h("p", { class: "actions" },
        h("button", { type: "button", class: "main", id: "print", onclick: () => print() }, t("print")), " ",
        h("button", { type: "button", id: "again", onclick: again }, t("again"))),
    ],
  };
}

const row = (label, ...content) => h("div", null, h("dt", null, label), h("dd", null, content));
const sentence = (s) => s.charAt(0).toUpperCase() + s.slice(1);

function findingSection(f, i) {
  const sure = [t(`tier_${f.tier}`)];
  if (f.initial !== "absent") sure.push(t(`initial_${f.initial}`));
  if (f.birth === "conflicts") sure.push(t("birth_conflicts"));
  const id = `finding-${i}`;
  return h("section", { class: "finding", "aria-labelledby": id },
    h("h2", { id }, t(f.tier === "possible" ? "finding_possible" : "finding_found", { title: titleOf(f) })),
    h("p", { class: "hint" }, f.as_of ? sentence(t("data_of", { date: date(f.as_of) })) : sentence(t("date_unknown"))),
    h("dl", { class: "facts" },
      row(t("how_sure"), `${sure.join("; ")}.`),
      row(t("by_chance"), chance(f.doubt)),
      row(t("found_by"), sentence(f.keys.map((k) => t(`key_${k}`)).join("; ")), "."),
      f.via?.length ? row(t("spelling"), t("spelling_text", { how: sentence(list(f.via.map((v) => t(`via_${v}`)))), n: number(f.tried) })) : "",
      row(t(f.of_dataset ? "held_dataset" : "held"), sentence(kindNames(f.fields)), ".", f.of_dataset ? ` ${t("held_dataset_text")}` : "",
        f.shared && !f.of_dataset ? ` ${t("shared")}` : ""),
      publicRows(f),
      f.incident ? row(t("incident"), incidentText(f.incident)) : ""));
}

// publicRows separate what was public anyway, what only if the person gave it to the
// office, and what was not.
function publicRows(f) {
  const states = f.judged?.length > 4 ? number(f.judged.length) : stateNames(f.judged ?? []);
  const time = t(f.dated ? "time_dated" : "time_any");
  const say = (what) => (f[what]?.length ? row(t(what), t(`${what}_text`, { states, time, fields: kindNames(f[what]) })) : "");
  const unknown = [
    unknownRow(["unknown", "unknown_one", "unknown_text"], 10, f.unknown ?? []),
    unknownRow(["not_read", "not_read_one", "not_read_text"], 4, f.not_read ?? []),
  ];
  if (!f.public?.length && !f.if_given?.length && !f.beyond?.length && !f.restricted?.length) return [row(t("unsettled"), t("unsettled_all")), ...unknown];
  const programmes = (f.programmes ?? []).filter(Boolean);
  return [
    say("public"), say("if_given"), say("restricted"), say("beyond"), say("unsettled"), ...unknown,
    f.who && f.who !== "anyone" && (f.public?.length || f.if_given?.length || f.restricted?.length) ? row(t("open_to"), english(f.who)) : "",
    programmes.length && f.judged.length < 5 ? row(t("protection"), programmes.map((p) => h("p", null, english(p)))) : "",
  ];
}

// unknownRow names columns of which nothing is known, or parts of the files that were not
// read, so that nobody takes what was public for all that there was.
function unknownRow([label, one, several], most, names) {
  if (!names.length) return "";
  const shown = names.length > most + 1 ? [...names.slice(0, most), t("unknown_more", { n: number(names.length - most) })] : names;
  return row(t(label), t(names.length === 1 ? one : several, { n: number(names.length), names: list(shown) }));
}

function incidentText(i) {
  if (!i.title) return t("incident_unknown", { id: i.id });
  return [
    h("p", null, english(i.title), ". ", t("incident_known", { date: date(i.disclosed) })),
    h("p", null, english(i.summary)),
    i.circulates ? h("p", null, `${t("copies")}: `, english(i.circulates), ".") : "",
    i.contested ? h("p", null, t("incident_contested")) : "",
    i.verified ? "" : h("p", null, t("incident_unverified")),
    i.retired ? h("p", null, t("incident_retired")) : "",
  ];
}

// chance puts into words how many times likelier somebody else is than the person.
function chance(e) {
  if (e === 0) return t("chance_none");
  if (e < 0.001) return t("chance_tiny");
  if (e < 0.5) return t("chance_odds", { n: number(Math.round((1 + e) / e)) });
  return e < 1.5 ? t("chance_even") : t("chance_more", { n: number(Math.round(e)) });
}

function datasetSection(title, all, id) {
  if (all.length === 0) return "";
  const elsewhere = (d) => d.jurisdictions?.length && !d.jurisdictions.some((j) => offer.jurisdictions.includes(j));
  return h("section", { "aria-labelledby": id },
    h("h2", { id }, title),
    h("ul", null, all.map((d) => h("li", null, h("strong", null, titleOf(d)), ` (${describe(d)}). `,
      d.why[page.lang] ? `${sentence(d.why[page.lang])}. ` : "", elsewhere(d) ? t("other_state", { states: stateNames(d.jurisdictions) }) : ""))));
}

function remarksSection(a) {
  const say = (label, all) => all.map((r) => h("li", null, h("strong", null, `${label}: `), `${has(r.field) ? `${t(r.field)}: ` : ""}${r.text[page.lang]}.`));
  if (!a.problems.length && !a.notes.length) return "";
  return h("ul", { class: "panel plain" }, say(t("not_used"), a.problems), say(t("note"), a.notes));
}

function meaning(a, found, absent) {
  return h("section", { "aria-labelledby": "meaning" },
    h("h2", { id: "meaning" }, t("meaning_title")),
    found.length ? h("p", null, t("meaning_found")) : "",
    absent.length ? h("p", null, t("meaning_not_found")) : "",
    a.false_hits > 0 ? h("p", null, t("meaning_false", { n: number(about(1 / a.false_hits)) })) : "");
}

function stepsSection(a) {
  return h("section", { "aria-labelledby": "steps" },
    h("h2", { id: "steps" }, t("steps_title")),
    h("ol", { class: "steps" }, (page.lang === "es" ? a.steps_es : a.steps_en).map((s) =>
      h("li", null, h("strong", null, s.title), h("p", null, s.text),
        s.links.length ? h("ul", { class: "plain" }, s.links.map((l) => h("li", null, outside(l.url, l.title)))) : ""))));
}

// outside is a link to another site: it takes nothing along but itself, and its
// address is printed.
const outside = (url, title) => h("a", { href: url, rel: "noreferrer noopener", target: "_blank", class: "outside" }, title ?? url);

function learnsSection(sent) {
  const bucket = mode === "bucket";
  const group = number(offer.buckets.group);
  return h("section", { class: "panel", id: "learns", "aria-labelledby": "learns-title" },
    h("h2", { id: "learns-title" }, t("learns_title")),
    h("p", null, bucket ? t(offer.buckets.group ? "learns_bucket" : "learns_bucket_unknown", { group }) : t("learns_filter")),
    h("ul", null, ["listed", "stolen", "others", "later", "tor", "page"].map((k) => h("li", null, t(`learns_${k}`)))),
    h("details", { class: "requests" },
      h("summary", null, t("learns_requests")),
      h("p", null, t(bucket ? "learns_requests_text_bucket" : "learns_requests_text")),
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("learns_requests") }, h("table", null,
        h("thead", null, h("tr", null, ["request", "up", "down"].map((c) => h("th", { scope: "col" }, t(`col_${c}`))))),
        h("tbody", null, sent.map((s) => h("tr", null,
          h("td", null, h("code", null, `${s.method} ${short(s.path)}`)), h("td", null, number(s.up)), h("td", null, number(s.down)))))))));
}

// short cuts the hash in a path.
const short = (path) => path.replace(/[0-9a-f]{64}/, (hash) => `${hash.slice(0, 8)}…`);

function nothingScreen() {
  return {
    title: t("answer_nothing"),
    draw: () => [
      backLink(() => show(reviewScreen)),
      h("div", { class: "verdict open" }, h("h1", { tabindex: "-1" }, t("answer_nothing")),
        offer.missing?.length ? h("p", null, t("answer_missing", { states: stateNames(offer.missing) })) : ""),
      h("p", { class: "actions" }, h("button", { type: "button", id: "again", onclick: again }, t("again"))),
    ],
  };
}

// failureScreen says why there is no answer. That is never an answer of absence.
function failureScreen(failure, retry) {
  const key = has(`fail_${failure.code}`) ? `fail_${failure.code}` : "fail_unknown";
  return {
    title: t("fail_title"),
    draw: () => [
      person ? backLink(() => show(reviewScreen)) : "",
      h("div", { class: "verdict refused" },
        h("h1", { tabindex: "-1" }, t("fail_title")),
        h("p", null, t(key, { time: failure.retry ? moment(new Date(failure.retry * 1000)) : "" })),
        h("p", null, t("fail_nothing_learnt"))),
      failure.what ? h("details", null, h("summary", null, t("fail_what")), h("p", { lang: "en" }, failure.what)) : "",
      h("p", { class: "actions" },
        retry ? h("button", { type: "button", class: "main", onclick: retry }, t("fail_try")) : "", " ",
        h("button", { type: "button", id: "again", onclick: again }, t("again"))),
    ],
  };
}
