// What pages do by themselves where there is a script: suggestions, what comes in, the lag. All else works without.
"use strict";

const box = document.getElementById("q");

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest && event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    box.focus();
    box.select();
  }
});

// Text becomes text: nothing that came over the wire is ever read as markup.
function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function suggestions(list) {
  let shown = [];
  let replaces = 0;
  let chosen = -1;
  let asked = 0;
  let waiting = 0;
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-expanded", "false");

  function close() {
    asked += 1;
    clearTimeout(waiting);
    list.hidden = true;
    chosen = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function choose(place) {
    chosen = place;
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === place)));
    if (place < 0) box.removeAttribute("aria-activedescendant");
    else box.setAttribute("aria-activedescendant", list.children[place].id);
  }

  function take(place) {
    box.value = box.value.slice(0, box.value.length - replaces) + shown[place].query + " ";
    close();
    box.form.requestSubmit();
  }

  function show(found) {
    shown = found.suggestions;
    replaces = found.replaces;
    list.replaceChildren(...shown.map((one, index) => {
      const item = element("li");
      item.id = `suggestion-${index}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      const name = element("bdi", "", one.text);
      item.append(name, element("span", "facts", `${one.kind} · ${one.count.toLocaleString("en")}`));
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(index); });
      return item;
    }));
    chosen = -1;
    list.hidden = shown.length === 0;
    box.setAttribute("aria-expanded", String(shown.length > 0));
  }

  async function ask() {
    const mine = ++asked;
    const typed = box.value.slice(0, 1000);
    if (typed.trim().length < 2) return close();
    try {
      const answer = await fetch(`/api/suggest?q=${encodeURIComponent(typed)}`);
      if (answer.ok && mine === asked && document.activeElement === box) show(await answer.json());
    } catch {
      close(); // the box is for typing first: without suggestions it still is
    }
  }

  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 120);
  });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const last = shown.length - 1;
    if (event.key === "ArrowDown") choose(chosen === last ? 0 : chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen <= 0 ? last : chosen - 1);
    else if (event.key === "Enter" && chosen >= 0) take(chosen);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}

// One stop of the Tab key for a row of links; the arrow keys go along it.
function roving(group) {
  const links = [...group.querySelectorAll("a")];
  links.forEach((link, index) => link.setAttribute("tabindex", index === links.length - 1 ? "0" : "-1"));
  group.addEventListener("keydown", (event) => {
    const at = links.indexOf(event.target.closest("a"));
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: links.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    if (!links[to]) return;
    links[at].setAttribute("tabindex", "-1");
    links[to].setAttribute("tabindex", "0");
    links[to].focus();
  });
}

// Says how things stand. A screen reader reads each change aloud: what is no trouble and was not asked for
// changes at once after a quiet time, else when that is over.
function teller(state) {
  const quiet = 15000;
  let told = -quiet;
  let waiting = 0;
  let latest = "";
  function now(text, trouble) {
    clearTimeout(waiting);
    waiting = 0;
    state.classList.toggle("trouble", Boolean(trouble));
    if (state.textContent !== text) state.textContent = text;
  }
  function said() {
    told = performance.now();
    now(latest);
  }
  function soon(text) {
    latest = text;
    const left = told + quiet - performance.now();
    if (left <= 0 || state.classList.contains("trouble")) said();
    else if (!waiting) waiting = setTimeout(said, left);
  }
  return { now, soon };
}

// Listens, and comes back by itself when the server was away; a browser gives up where it gets no stream.
function listen(address, handlers) {
  const tell = teller(document.getElementById("state"));
  let mark = null;
  function open() {
    const from = new URL(address, document.baseURI);
    if (mark) from.searchParams.set("after", mark);
    const source = new EventSource(from);
    source.addEventListener("open", () => tell.now("Connected."));
    source.addEventListener("trouble", (event) => tell.now(JSON.parse(event.data).error, true));
    source.addEventListener("mark", (event) => { mark = event.lastEventId || mark; });
    for (const [kind, handler] of Object.entries(handlers)) {
      source.addEventListener(kind, (event) => handler(JSON.parse(event.data)));
    }
    source.addEventListener("error", () => {
      tell.now("The connection is lost; trying again.", true);
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 5000);
    });
  }
  open();
  return tell;
}

function tail(list) {
  const most = 200;
  const button = document.getElementById("pause");
  let held = [];
  let count = 0;
  let paused = false;
  button.hidden = false;

  function line(one) {
    const item = element("li", "new");
    const facts = element("span", "facts");
    facts.append(element("span", "source", one.source));
    if (one.created) {
      const time = element("time", "", one.created_text);
      time.dateTime = one.created;
      facts.append(" · ", time);
    }
    if (one.language_name) facts.append(` · ${one.language_name}`);
    if (one.kind) facts.append(" · ", element("span", "kind", one.kind));
    const link = element("a", "", one.title);
    link.href = one.href;
    link.dir = one.direction;
    if (one.language) link.lang = one.language;
    item.append(facts, " ", link);
    return item;
  }

  function add(lines) {
    document.getElementById("none")?.remove();
    list.prepend(...lines.reverse());
    while (list.children.length > most) list.lastElementChild.remove();
  }

  button.addEventListener("click", () => {
    paused = !paused;
    // Its name alone says what it does next: a state beside it would say the opposite.
    button.textContent = paused ? "Go on" : "Pause";
    if (!paused) add(held.splice(0));
    if (count) tell.now(counted());
  });

  function counted() {
    const waiting = held.length ? `, ${held.length} of them wait` : "";
    return `${count.toLocaleString("en")} article${count === 1 ? "" : "s"} since you came${waiting}.`;
  }

  const tell = listen(list.dataset.events, {
    article(one) {
      count += 1;
      if (paused) {
        held.push(line(one));
        held = held.slice(-most);
      } else add([line(one)]);
      tell.soon(counted());
    },
  });
}

function lag(table) {
  const labels = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
  function label(row) {
    [...row.cells].forEach((cell, index) => { if (cell.className === "number") cell.dataset.label = labels[index]; });
    return row;
  }
  function drawn(name, attributes, text) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }
  function trail(one) {
    const cell = element("td", "number");
    if (!one) return cell;
    const size = { viewBox: "0 0 600 100", preserveAspectRatio: "none" };
    const line = drawn("svg", { class: "trail", role: "img", "aria-label": one.says, ...size });
    line.append(drawn("title", {}, one.says), drawn("path", { d: one.path }));
    cell.append(line);
    return cell;
  }
  function row(one) {
    const made = element("tr", one.part ? "part" : "whole");
    made.setAttribute("role", "row");
    const name = element("th", "", one.name);
    name.scope = "row";
    name.setAttribute("role", "rowheader");
    const state = element("td");
    state.append(element("span", `status ${one.status.toLowerCase()}`, one.status));
    if (one.reason) state.append(" ", element("span", "why", one.reason));
    const numbers = [one.behind, one.waited, one.written, one.read, one.catches_up];
    made.append(name, state, ...numbers.map((text) => element("td", "number", text)), trail(one.trail));
    made.querySelectorAll("td").forEach((cell) => cell.setAttribute("role", "cell"));
    return label(made);
  }
  [...table.tBodies[0].rows].forEach(label);
  const tell = listen(table.dataset.events, {
    lag(found) {
      const at = document.getElementById("at");
      at.textContent = found.at_text;
      at.dateTime = found.at;
      if (found.rows.length) table.tBodies[0].replaceChildren(...found.rows.map(row));
      tell.soon(`Measured every two seconds. All together: ${found.status}.`);
    },
  });
}

suggestions(document.getElementById("suggestions"));
document.querySelectorAll("[data-roving]").forEach(roving);
const lines = document.getElementById("lines");
if (lines) tail(lines);
const lags = document.getElementById("lag");
if (lags) lag(lags);
