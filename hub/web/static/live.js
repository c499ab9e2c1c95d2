// Attendance as it comes: shows what the stream tells. Nothing here decides what somebody may see.
"use strict";
const live = document.getElementById("live");
const words = JSON.parse(live.dataset.words);
const numbers = new Intl.NumberFormat(live.dataset.lang);
const clock = (at) => (live.dataset.lang === "id" ? at.replace(":", ".") : at);
const MOST = 100;
const AGAIN_MS = 5000;
const offices = new Map();
const kiosks = new Map();
let chosen = null;
let paused = false;
let held = [];

const find = (name) => live.querySelector(`[data-${name}]`);
const list = (name) => live.querySelector(`[data-list="${name}"]`);
const say = (key, count) => words[key].replace("{count}", numbers.format(count));

function make(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function emptied(name) {
  const here = list(name);
  live.querySelector(`[data-empty="${name}"]`).hidden = here.childElementCount > 0;
}

function first(name, line) {
  const here = list(name);
  const above = document.documentElement.scrollTop;
  const before = here.getBoundingClientRect();
  here.prepend(line);
  // Whoever reads further down keeps the lines where they are.
  if (before.top < 0) document.documentElement.scrollTop = above + line.getBoundingClientRect().height;
  while (here.childElementCount > MOST) here.lastElementChild.remove();
  emptied(name);
}

function status(state, text) {
  const dot = find("status").querySelector(".status-dot");
  dot.className = `status-dot me-2 bg-${state}`;
  find("status-words").textContent = text;
}

function showPunch(punch) {
  if (chosen !== null && punch.unit !== chosen) return;
  const line = make("li", "live-new");
  const time = make("div", "live-time", clock(punch.at));
  time.append(" ", make("span", "live-zone", punch.zone));
  const who = make("div");
  who.append(make("div", "live-person", punch.name), make("div", "live-where", `${punch.unit} · ${punch.kiosk}`));
  const said = make("div", "live-say");
  said.append(make("div", "", words[`way.${punch.way}`] ?? punch.way));
  if (punch.late_min) said.append(make("div", "is-late", `▲ ${say("minutes_late", punch.late_min)}`));
  else if (punch.early_min) said.append(make("div", "is-early", `▼ ${say("minutes_early", punch.early_min)}`));
  if (punch.delayed) said.append(make("div", "live-where", words.delayed));
  line.append(time, who, said);
  first("punches", line);
}

function onPunch(punch) {
  if (!paused) {
    showPunch(punch);
    return;
  }
  held.push(punch);
  held = held.slice(-MOST);
  const button = find("held");
  button.hidden = false;
  button.textContent = say("held", held.length);
}

function bar(part, whole) {
  const box = make("div", "live-bar");
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", "0 0 100 4");
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("aria-hidden", "true");
  const fill = document.createElementNS(space, "rect");
  fill.setAttribute("class", "live-bar-fill");
  fill.setAttribute("height", "4");
  fill.setAttribute("width", whole ? String((100 * part) / whole) : "0");
  picture.append(fill);
  box.append(picture);
  return box;
}

function showOffice(office) {
  const here = list("offices");
  let line = here.querySelector(`[data-office="${office.id}"]`);
  if (!line) {
    line = make("li");
    line.dataset.office = office.id;
    line.dataset.name = office.name;
    const after = [...here.children].find((each) => each.dataset.name.localeCompare(office.name, live.dataset.lang) > 0);
    here.insertBefore(line, after ?? null);
    line.append(make("button"));
    line.firstElementChild.type = "button";
    line.firstElementChild.addEventListener("click", () => choose(chosen === office.name ? null : office.name));
  }
  const button = line.firstElementChild;
  button.setAttribute("aria-pressed", String(chosen === office.name));
  button.replaceChildren(
    make("span", "live-person", office.name),
    make("span", "live-count", `${numbers.format(office.present)}/${numbers.format(office.expected)}`),
    bar(office.present, office.expected),
  );
}

function count() {
  const counted = [...offices.values()].filter((office) => chosen === null || office.name === chosen);
  const sum = (field) => counted.reduce((total, office) => total + office[field], 0);
  const [expected, present] = [sum("expected"), sum("present")];
  find("present").textContent = numbers.format(present);
  find("expected").textContent = say("of", expected);
  find("late").textContent = numbers.format(sum("late"));
  find("missing").textContent = numbers.format(Math.max(0, expected - present));
  find("bar").setAttribute("width", expected ? String((100 * present) / expected) : "0");
}

function onOffice(office) {
  offices.set(office.id, office);
  showOffice(office);
  emptied("offices");
  count();
}

function choose(name) {
  chosen = name;
  find("all").hidden = chosen === null;
  for (const office of offices.values()) showOffice(office);
  for (const line of list("punches").children) {
    line.hidden = chosen !== null && !line.querySelector(".live-where").textContent.startsWith(`${chosen} · `);
  }
  count();
}

function onKiosk(kiosk) {
  kiosks.set(kiosk.kiosk, kiosk);
  const here = list("kiosks");
  if (!here) return;
  const bad = [...kiosks.values()].filter((each) => each.state !== "online");
  here.replaceChildren(
    ...bad.slice(0, MOST).map((each) => {
      const line = make("li");
      const who = make("div");
      who.append(make("div", "live-person", each.kiosk), make("div", "live-where", each.unit || words.everybody));
      const dot = make("div");
      dot.append(make("span", `status-dot bg-${{ silent: "yellow", trouble: "red", new: "secondary" }[each.state]}`));
      line.append(dot, who, make("div", "live-say", words[`state.${each.state}`]));
      return line;
    }),
  );
  emptied("kiosks");
  find("kiosks").textContent = `${numbers.format(kiosks.size - bad.length)}/${numbers.format(kiosks.size)}`;
  find("kiosks-words").textContent = bad.length ? say("kiosks_trouble", bad.length) : words.kiosks_well;
}

function onRefusal(refusal) {
  if (!list("refusals")) return;
  const line = make("li", "live-new");
  const where = make("a", "live-person", refusal.unit || words.everybody);
  where.href = "/penolakan";
  const who = make("div");
  who.append(where, make("div", "live-where", `${refusal.kiosk} · ${words.refusal}`));
  const picture = make("div", "live-say");
  if (refusal.picture) {
    const shown = make("img", "live-picture");
    // Comes by itself: it keeps no session open.
    shown.src = `${refusal.picture}?diam=1`;
    shown.alt = words.refusal;
    picture.append(shown);
  } else picture.append(make("span", "live-where", words.no_picture));
  line.append(make("div", "live-time", clock(refusal.at)), who, picture);
  first("refusals", line);
}

find("pause").addEventListener("click", () => {
  paused = !paused;
  find("pause").setAttribute("aria-pressed", String(paused));
  find("pause").textContent = paused ? words.go_on : words.pause;
  if (paused) status("yellow", words.paused);
  else {
    status("green", words.on);
    for (const punch of held.splice(0)) showPunch(punch);
    find("held").hidden = true;
  }
});
find("held")?.addEventListener("click", () => find("pause").click());
find("all")?.addEventListener("click", () => choose(null));

function end() {
  status("red", words.ended);
  find("pause").hidden = true;
  find("ended").hidden = false;
}

// A browser gives up for good when it is answered with something else than a stream: by the sign-in, when the session
// ended while the connection was lost, or by a hub in trouble.
async function seek() {
  let answer = null;
  try {
    answer = await fetch(`${live.dataset.stream}?sekali=1`, { redirect: "manual" });
  } catch {
    // The hub is away.
  }
  const over = answer !== null && (answer.type === "opaqueredirect" || answer.status === 403);
  if (over) end();
  else setTimeout(answer !== null && answer.ok ? watch : seek, AGAIN_MS);
}

function watch() {
  const stream = new EventSource(live.dataset.stream);
  stream.addEventListener("open", () => {
    if (!paused) status("green", words.on);
  });
  stream.addEventListener("error", () => {
    status("yellow", words.off);
    if (stream.readyState === EventSource.CLOSED) seek();
  });
  stream.addEventListener("ended", () => {
    stream.close();
    end();
  });
  const told = (name, show) => stream.addEventListener(name, (event) => show(JSON.parse(event.data)));
  if (live.dataset.people !== undefined) {
    told("punch", onPunch);
    told("unit", onOffice);
  }
  told("kiosk", onKiosk);
  told("refusal", onRefusal);
}

watch();
if (find("kiosks")) find("kiosks-words").textContent = words.no_kiosks;
