"use strict";
// The start, the change from screen to screen, and the language. What is typed is
// kept in variables of these scripts and nowhere else.

const main = document.getElementById("main");

// show draws a screen: make returns its title and what draws it. It is called again
// when the language changes.
function show(make, { focus } = {}) {
  page.screen = make;
  const screen = make();
  main.replaceChildren(...[screen.draw()].flat(3).filter(Boolean));
  document.title = `${screen.errors ? t("error_prefix") : ""}${screen.title} – ${t("name")}`;
  say("");
  const target = (focus && document.getElementById(focus)) || document.getElementById("summary") || main.querySelector("h1");
  target.focus({ preventScroll: true });
  if (!focus) scrollTo(0, 0);
}

// startScreen is the first screen, in the language of the page.
function startScreen() {
  return {
    title: t("title"),
    draw: () => {
      const list = (n, name) => h("ul", null, Array.from({ length: n }, (_, i) => h("li", null, t(`start_${name}_${i + 1}`))));
      const part = (name, n, cls) => h("section", { class: cls, "aria-labelledby": name }, h("h2", { id: name }, t(`start_${name}_title`)), list(n, name));
      return [
        h("p", { class: "lead-in" }, t("leads")),
        h("h1", { tabindex: "-1" }, t("title")),
        h("div", { class: "two" }, part("does", 2, ""), part("not", 3, "")),
        part("learns", 3, "panel"),
        h("p", { class: "actions" }, h("button", { type: "button", class: "main", id: "start-check", onclick: beginCheck }, t("start_check"))),
        h("section", { class: "second", "aria-labelledby": "second" }, h("h2", { id: "second" }, t("start_claim_title")), h("p", null, t("start_claim_text")),
          h("p", { class: "actions" }, h("button", { type: "button", id: "start-claim", onclick: beginClaim }, t("start_claim")))),
      ];
    },
  };
}

// working shows that something is going on while it is awaited. It returns what was
// awaited, or undefined after saying what failed, or when the visit was begun anew
// meanwhile.
let visit = 0;
async function working(text, wait) {
  const now = visit;
  const came = page.screen;
  show(() => ({
    title: text,
    draw: () => [
      h("h1", { tabindex: "-1" }, text),
      h("div", { class: "progress", id: "progress", role: "progressbar", "aria-label": text }, h("div", { class: "busy" })),
      h("p", { id: "progress-text" }),
    ],
  }));
  try {
    const result = await wait();
    return now === visit ? (result ?? true) : undefined;
  } catch (error) {
    if (now === visit) show(() => failureScreen({ code: error.message === "program" ? "program" : "unknown" }, () => show(came)));
    return undefined;
  }
}

// progress says how far something is: a share, or null if that is not known.
let said = 0;
function progress(share, text) {
  const bar = document.getElementById("progress");
  if (!bar) return;
  document.getElementById("progress-text").textContent = text;
  const done = h("progress", { max: "100", "aria-label": text });
  if (share !== null) {
    done.value = Math.round(share * 100);
    if (Date.now() - said > 2000) { // not at every step, to people who listen
      said = Date.now();
      say(text);
    }
  }
  bar.removeAttribute("role");
  bar.removeAttribute("aria-label");
  bar.replaceChildren(done);
}

// again forgets everything and begins anew.
function again() {
  visit++;
  client.forget();
  person = offer = mode = message = undefined;
  show(startScreen);
}

// setLanguage draws the screen at hand in another language; what was typed stays.
function setLanguage(lang) {
  page.lang = lang;
  document.documentElement.lang = lang;
  const other = lang === "en" ? "es" : "en";
  const link = document.getElementById("language");
  link.textContent = t("other_language");
  link.lang = link.hreflang = other;
  link.href = other === "en" ? "index.html" : "es.html";
  document.getElementById("skip").textContent = t("skip");
  document.querySelector("footer p").textContent = t("footer_free");
  show(page.screen);
  link.focus();
}

document.getElementById("language").addEventListener("click", (event) => {
  event.preventDefault();
  setLanguage(page.lang === "en" ? "es" : "en");
});
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address stays as it is
  main.focus();
});

page.screen = startScreen;
for (const e of document.querySelectorAll("[data-needs-script]")) e.hidden = false;
document.getElementById("start-check").addEventListener("click", beginCheck);
document.getElementById("start-claim").addEventListener("click", beginClaim);
// A page that a browser keeps to go back to would show what was typed.
addEventListener("pagehide", () => { visit++; client.forget(); main.replaceChildren(); });
addEventListener("pageshow", (event) => { if (event.persisted) again(); });
