// What the page does by itself: times in the reader's zone, news without a reload, and the counter of parts.
// Without this file all else works.
"use strict";

const page = document.body.dataset;

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
  if (minutes >= 60) return `at ${written(at, "short")}`;
  return `in ${minutes}:${String(seconds % 60).padStart(2, "0")}`;
}

function writeTimes(root, selector = "time") {
  for (const element of root.querySelectorAll(selector)) {
    const at = new Date(element.dateTime);
    const text = written(at, element.dataset.style);
    if (element.textContent !== text) element.textContent = text;
    if (!element.title) element.title = at.toLocaleString();
  }
}

// News. An event says that something changed; then the page is asked for anew, and what differs is swapped.

const GATHER_MS = 300; // news come in flocks; one look is for all that come within this time
let coming = false;
let again = false;

function refreshSoon() {
  again = coming;
  if (coming) return;
  coming = true;
  setTimeout(refresh, GATHER_MS);
}

async function refresh() {
  again = false;
  try {
    const answer = await fetch(page.live, { headers: { Accept: "text/html" } });
    if (answer.redirected) location.reload(); // logged out meanwhile
    else if (answer.ok) swapAll(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // the connection is gone; when it is back, the events say so
  }
  coming = false;
  if (again) refreshSoon();
}

function swapAll(fresh) {
  const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 40;
  let grown = false;
  for (const after of fresh.querySelectorAll("[data-swap]")) {
    const before = document.getElementById(after.id);
    writeTimes(after);
    if (!before || before.innerHTML === after.innerHTML) continue;
    grown ||= after.id === "turns" && after.children.length > before.children.length;
    swap(before, after);
  }
  if (grown && atEnd) toEnd();
}

function swap(before, after) {
  const focused = before.contains(document.activeElement) ? document.activeElement : null;
  const place = focused && (focused.id || focused.getAttribute("href"));
  before.replaceChildren(...after.childNodes);
  if (!focused) return;
  const same = [...before.querySelectorAll("a, button")].find((it) => place === (it.id || it.getAttribute("href")));
  (same || document.getElementById("main")).focus({ preventScroll: true });
}

function toEnd() {
  scrollTo({ top: document.documentElement.scrollHeight });
}

// What a screen reader hears of it

function say(sentence) {
  document.getElementById("news").textContent = sentence;
}

const names = JSON.parse(page.names || "{}");
const TOLD = {
  inbox: (text) => `New text from ${text.contact || text.from || "an unknown sender"}`,
  status: (text) => `Text to ${names[text.to] || text.to || "nobody"}: ${text.state}`,
};

function listen() {
  const events = new EventSource(page.events);
  const lamp = document.getElementById("live");
  const show = (on, text) => {
    lamp.hidden = false;
    lamp.classList.toggle("off", !on);
    lamp.textContent = text;
  };
  events.onopen = () => {
    show(true, "Live");
    refreshSoon();
  };
  events.onerror = () => show(false, events.readyState === EventSource.CLOSED ? "Not live; reload" : "Not live");
  for (const kind of ["status", "inbox", "call", "gateway", "line", "balance", "gap"]) {
    events.addEventListener(kind, (event) => {
      refreshSoon();
      if (TOLD[kind]) say(TOLD[kind](JSON.parse(event.data)));
    });
  }
  addEventListener("pagehide", () => events.close());
}

// The counter

const PAUSE_MS = 200;

function countParts(form) {
  const told = document.getElementById("count");
  let later = 0;
  let latest = 0;
  async function count() {
    const nr = ++latest;
    if (!form.body.value) {
      told.textContent = "";
      return;
    }
    const fields = new URLSearchParams({ form_token: form.form_token.value, body: form.body.value });
    const answer = await fetch(form.dataset.count, { method: "POST", body: fields }).catch(() => null);
    if (!answer?.ok || nr !== latest) return;
    const counted = await answer.json();
    told.textContent = counted.text;
    told.classList.toggle("bad", counted.too_long);
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

// Earlier texts come above the ones that are there

function fetchEarlier(link) {
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    const answer = await fetch(link.href).catch(() => null);
    if (!answer?.ok || answer.redirected) {
      location.assign(link.href);
      return;
    }
    const older = new DOMParser().parseFromString(await answer.text(), "text/html");
    const turns = older.getElementById("turns");
    turns.id = "";
    writeTimes(turns);
    const height = document.documentElement.scrollHeight;
    link.closest("p").after(turns);
    scrollBy({ top: document.documentElement.scrollHeight - height, behavior: "instant" });
    const next = older.getElementById("earlier");
    if (next) link.href = next.href;
    else link.closest("p").remove();
  });
}

const compose = document.getElementById("compose");
const earlier = document.getElementById("earlier");
writeTimes(document);
setInterval(() => writeTimes(document, "time[data-style=countdown]"), 1000);
if (compose) countParts(compose);
if (earlier) fetchEarlier(earlier);
if (page.live) listen();
if (document.getElementById("turns") && !location.hash) toEnd();
