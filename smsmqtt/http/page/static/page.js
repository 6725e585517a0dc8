// What the page does by itself: times in the reader's zone, news and deeds without a reload, the counter of parts.
// Without this file all else works.
"use strict";

const page = document.body.dataset;
const byId = (id) => document.getElementById(id);
const parsed = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

// Times. The server writes UTC; whoever reads sees their own clock.

const STYLES = {
  short: { hour: "2-digit", minute: "2-digit" },
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};
const DAY = { day: "numeric", month: "short" };

function written(at, style) {
  if (style === "day") return at.toLocaleDateString([], { ...DAY, year: "numeric" });
  if (style === "countdown") return remaining(at);
  const today = at.toDateString() === new Date().toDateString();
  return at.toLocaleString([], today ? STYLES[style] : { ...DAY, ...STYLES[style] });
}

function remaining(at) {
  const seconds = Math.ceil((at - Date.now()) / 1000);
  if (seconds <= 0) return "now";
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `in ${minutes}:${String(seconds % 60).padStart(2, "0")}` : `at ${written(at, "short")}`;
}

function writeTimes(root, selector = "time") {
  for (const element of root.querySelectorAll(selector)) {
    const at = new Date(element.dateTime);
    const text = written(at, element.dataset.style);
    if (element.textContent !== text) element.textContent = text;
    element.title ||= at.toLocaleString();
  }
}

// News. An event says that something changed; then the page is asked for anew, and what differs is swapped.

const GATHER_MS = 300; // news come in flocks; one look is for all that come within this time
let coming = false;
let again = false;

function refreshSoon() {
  again = coming || document.hidden; // a page that nobody sees waits until somebody does
  if (again) return;
  coming = true;
  setTimeout(refresh, GATHER_MS);
}

async function refresh() {
  again = false;
  try {
    const answer = await fetch(page.live);
    if (answer.redirected) location.reload(); // logged out meanwhile
    else if (answer.ok) swapAll(await parsed(answer));
  } catch {
    // the connection is gone; when it is back, the events say so
  }
  coming = false;
  if (again) refreshSoon();
}

function swapAll(fresh) {
  const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 40;
  const turns = byId("turns")?.children.length;
  for (const after of fresh.querySelectorAll("[data-swap]")) {
    const before = byId(after.id);
    if (!before) continue;
    writeTimes(after);
    for (const { id } of before.querySelectorAll("details[open]")) after.querySelector(`#${id}`)?.setAttribute("open", "");
    if (before.innerHTML !== after.innerHTML) swap(before, after);
  }
  if (atEnd && byId("turns")?.children.length > turns) toEnd();
}

function swap(before, after) {
  const focused = before.contains(document.activeElement) ? document.activeElement : null;
  const place = (it) => it.id || it.getAttribute("href") || it.parentElement.id;
  before.replaceChildren(...after.childNodes);
  if (!focused) return;
  const same = [...before.querySelectorAll("a, button, summary")].find((it) => place(it) === place(focused));
  (same || byId("main")).focus({ preventScroll: true });
}

const toEnd = () => scrollTo({ top: document.documentElement.scrollHeight });

// What a screen reader hears of it

const names = JSON.parse(page.names || "{}");
const TOLD = {
  inbox: (text) => `New text from ${text.contact || text.from || "an unknown sender"}`,
  status: (text) => `Text to ${names[text.to] || text.to || "nobody"}: ${text.state}`,
};

// Whether news come. When they can't, that stays in sight, and it is tried again after longer and longer pauses.

const PAUSES_MS = { first: 1000, longest: 60000 };
let pause = PAUSES_MS.first;
let events;

function showLive(on) {
  const lamp = byId("live");
  lamp.hidden = false;
  lamp.classList.toggle("off", !on);
  lamp.firstElementChild.textContent = on ? "Live" : "Not live";
}

function listen() {
  events = new EventSource(page.events);
  events.onopen = () => {
    pause = PAUSES_MS.first;
    showLive(true);
    refreshSoon();
  };
  events.onerror = () => {
    showLive(false);
    if (events.readyState !== EventSource.CLOSED) return; // the browser itself tries again
    setTimeout(listen, pause); // a proxy answered for us, or we are logged out, which the page tells
    pause = Math.min(pause * 2, PAUSES_MS.longest);
    refreshSoon();
  };
  for (const kind of ["status", "inbox", "call", "gateway", "line", "balance", "gap"]) {
    events.addEventListener(kind, (event) => {
      refreshSoon();
      if (TOLD[kind]) byId("news").textContent = TOLD[kind](JSON.parse(event.data));
    });
  }
}

// Deeds. The answer to a button's form is the page as it is then; the reader stays where they are.

async function act(event) {
  const form = event.target;
  if (!form.closest("[data-swap]")) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
  const fresh = answer && (await parsed(answer));
  const problem = fresh?.getElementById("problem");
  if (!problem) return form.submit(); // not the page that it should be: the browser itself shows what it is
  swapAll(fresh);
  byId("problem").replaceChildren(...problem.childNodes);
}

// The counter

const PAUSE_MS = 200;

function countParts(form) {
  let later = 0;
  let latest = 0;
  async function count() {
    const nr = ++latest;
    const body = new URLSearchParams({ form_token: form.form_token.value, body: form.body.value });
    const answer = form.body.value && (await fetch(form.dataset.count, { method: "POST", body }).catch(() => null));
    if (nr !== latest) return;
    const counted = answer?.ok ? await answer.json() : { text: "", too_long: false };
    byId("count").textContent = counted.text;
    byId("count").classList.toggle("bad", counted.too_long);
  }
  form.body.addEventListener("input", () => {
    clearTimeout(later);
    later = setTimeout(count, PAUSE_MS);
  });
  form.body.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  count();
}

// Earlier texts come above the ones that are there.

async function fetchEarlier(event) {
  const link = event.currentTarget;
  event.preventDefault();
  const answer = await fetch(link.href).catch(() => null);
  if (!answer?.ok || answer.redirected) return location.assign(link.href);
  const older = await parsed(answer);
  const turns = older.getElementById("turns");
  const height = document.documentElement.scrollHeight;
  turns.removeAttribute("id");
  turns.removeAttribute("data-swap");
  writeTimes(turns);
  link.closest("p").after(turns);
  scrollBy({ top: document.documentElement.scrollHeight - height, behavior: "instant" });
  const next = older.getElementById("earlier");
  if (next) link.href = next.href;
  else link.closest("p").remove();
}

writeTimes(document);
setInterval(() => writeTimes(document, "time[data-style=countdown]"), 1000);
addEventListener("submit", act);
byId("earlier")?.addEventListener("click", fetchEarlier);
if (byId("compose")) countParts(byId("compose"));
if (page.live) listen();
addEventListener("pagehide", () => events?.close());
addEventListener("visibilitychange", () => again && refreshSoon());
if (byId("turns") && !location.hash) toEnd();
