// Finds and lists reports. What is asked stands in the address, after "#": it can be kept and sent.
const byId = id => document.getElementById(id);
const { columns, labels } = JSON.parse(byId("entries").textContent);
const form = byId("asked"), rows = byId("rows"), more = byId("more"), clear = byId("clear"), jump = byId("jump");
const WINDOW = 50;
const all = columns.title ? columns.title.at.map((_, i) => i) : [];
const choices = [...form.querySelectorAll("select")].map(select => select.name);
const plurals = new Intl.PluralRules(document.documentElement.lang);
const numbers = new Intl.NumberFormat(document.documentElement.lang);
let found = [], drawn = 0, folded = null;

const cell = (name, i) => columns[name].values[columns[name].at[i]];
const title = i => cell("title", i).replace("{}", () => cell("name", i));
const address = i => cell("address", i).replace("{}", () => cell("code", i));
const fold = text => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
  .replace(/œ/g, "oe").replace(/[^a-z0-9]+/g, " ").trim();
const say = ([one, other], n) => (plurals.select(n) === "one" ? one : other)
  .replace("{count}", numbers.format(n)).replace("{all}", numbers.format(all.length));
const places = id => document.querySelector(`a[data-place="${CSS.escape(id)}"]`);

// Many communes bear one name: their département tells them apart, and the map knows what it is called.
const department = i => ["COM", "EPCI"].includes(cell("kind", i)) && places(cell("places", i))?.dataset.name;

function texts() {
  return folded ??= all.map(i => " " + fold([title(i), cell("name", i), cell("about", i), cell("code", i)].join(" ")));
}

function select() {
  const asked = Object.fromEntries(new FormData(form));
  const words = fold(asked.q).split(" ").filter(Boolean);
  const within = asked.within && new Set(places(asked.within).dataset.within.split(" "));
  const wanted = choices.filter(name => asked[name])
    .map(name => [columns[name].at, columns[name].values.indexOf(asked[name])]);
  found = all.filter(i => wanted.every(([at, value]) => at[i] === value)
    && (!within || cell("places", i).split(" ").some(place => within.has(place)))
    && words.every(word => texts()[i].includes(" " + word)));
  const first = " " + words.join(" ");
  if (words.length) found.sort((a, b) => texts()[b].startsWith(first) - texts()[a].startsWith(first));
}

function show() {
  select();
  const within = form.elements.within.value;
  const place = within && places(within).dataset.name;
  byId("count").textContent = (place ? place + " – " : "") + (found.length ? say(labels.found, found.length) : labels.none);
  jump.hidden = clear.hidden = ![...new FormData(form)].some(([, value]) => value);
  jump.textContent = byId("count").textContent;
  for (const link of document.querySelectorAll("a[data-place]"))
    link.toggleAttribute("aria-current", link.dataset.place === within);
  rows.replaceChildren();
  drawn = 0;
  draw();
}

function draw() {
  const next = found.slice(drawn, drawn + WINDOW).map(row);
  rows.append(...next);
  drawn += next.length;
  more.hidden = drawn >= found.length;
  more.textContent = say(labels.more, Math.min(WINDOW, found.length - drawn));
  return next[0];
}

function row(i) {
  const own = cell("lang", i), item = make("li"), name = make("p", "name"), about = make("p", "about"), other = make("p", "other");
  // A sheet has both languages in one folder.
  const page = (lang, file) => `${address(i)}/` + (cell("kind", i) === "sheet" ? labels.sheets[lang] : `${lang}/${file}`);
  name.append(link(page(own, "index.html"), title(i), own));
  if (cell("data", i) === "simulated") name.append(" ", make("span", "stamp", labels.simulated));
  const said = [cell("about", i), department(i), labels.status[cell("status", i)]].filter(Boolean);
  about.append(said.join(" · "));
  if (cell("verdict", i)) about.append(" · ", make("strong", "", labels.verdict[cell("verdict", i)]));
  about.append([cell("grade", i), cell("date", i)].filter(Boolean).map(text => " · " + text).join(""));
  const pages = cell("pages", i).split(" ").map(text => text.split(":"));
  for (const [lang, formats] of pages.sort(([a], [b]) => (b === own) - (a === own))) {
    const named = lang === own ? "" : ` (${labels.languages[lang]})`;
    if (named) other.append(link(page(lang, "index.html"), labels.languages[lang], lang, cell("name", i)), " ");
    if (formats.includes("pdf")) other.append(link(page(lang, "report.pdf"), "PDF" + named, "", cell("name", i)), " ");
    if (formats.includes("code")) other.append(link(page(lang, "code.html"), labels.code + named, "", cell("name", i)), " ");
  }
  const project = cell("project", i);
  if (project) other.append(link(`projects/${project}/${labels.index}`, labels.project_page, "", cell("name", i)));
  item.append(name, about, other);
  return item;
}

function make(tag, kind = "", text = "") {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  element.textContent = text;
  return element;
}

function link(address, text, lang, whose = "") {
  const element = make("a", "", text);
  element.href = address;
  if (lang && lang !== document.documentElement.lang) element.lang = element.hreflang = lang;
  if (whose) element.append(make("span", "visually-hidden", ` (${whose})`));
  return element;
}

function read() {
  // The address of a part of the page asks nothing.
  if (location.hash && !location.hash.includes("=")) return;
  const wanted = new URLSearchParams(location.hash.slice(1));
  for (const control of form.elements) {
    const value = wanted.get(control.name) ?? "";
    control.value = value;
    if (control.value !== value || (control.name === "within" && value && !places(value))) control.value = "";
  }
  show();
}

// What was found stands below the map, out of sight of who types.
function goToFound(event) {
  event.preventDefault();
  byId("found").scrollIntoView();
  byId("found").focus({ preventScroll: true });
}

function changed() {
  const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  history.replaceState(null, "", "#" + asked);
  show();
}

form.addEventListener("input", changed);
form.addEventListener("submit", goToFound);
jump.addEventListener("click", goToFound);
addEventListener("hashchange", read);
more.addEventListener("click", () => draw().querySelector("a").focus());
clear.addEventListener("click", () => {
  for (const control of form.elements) control.value = "";
  changed();
  form.elements.q.focus();
});
byId("other").addEventListener("click", event => { event.currentTarget.hash = location.hash; });
for (const place of document.querySelectorAll("a[data-place]"))
  place.addEventListener("click", event => {
    event.preventDefault();
    const within = form.elements.within, id = place.dataset.place;
    within.value = within.value === id ? "" : id;
    changed();
  });
const buttons = [...document.querySelectorAll("[data-map]")];
const choose = chosen => buttons.forEach(button => {
  button.setAttribute("aria-pressed", button === chosen);
  byId(button.dataset.map).toggleAttribute("hidden", button !== chosen);
});
buttons.forEach(button => button.addEventListener("click", () => choose(button)));
if (buttons.length) choose(buttons[0]);
byId("finder").hidden = false;
read();
