// Which documents count, by what the reader chose.

const filters = { text: "", outlet: "", language: "", frame: "", entity: "", from: "", to: "" };

/** Texts of all documents in lower case, where they stand in the page: what the search looks through. */
let texts = null;

async function loadTexts() {
  if (texts !== null || DATA.folder !== null) return;
  const all = [];
  for (let index = 0; index < DATA.documents; index++) all.push((await documentAt(index)).text.toLowerCase());
  texts = all;
}

/** What the search finds without the texts: titles, outlets and names. */
function namesMatch(index, wanted) {
  if (CORPUS.title[index].toLowerCase().includes(wanted)) return true;
  if (outletOf(index)?.toLowerCase().includes(wanted)) return true;
  let found = false;
  each(CORPUS.entity[index], 3, (list, at) => {
    found ||= ENTITIES[list[at]].name.toLowerCase().includes(wanted);
  });
  return found;
}

const holds = (list, size, wanted) => {
  for (let at = 0; at < list.length; at += size) if (list[at] === wanted) return true;
  return false;
};

/** `2024-05-14` → days since 1970. */
const dayOf = (text) => Math.round(Date.parse(`${text}T00:00:00Z`) / DAY);

/** Numbers of the documents that fit all filters. */
function selected() {
  const wanted = filters.text.trim().toLowerCase();
  const [outlet, language, frame, entity] = ["outlet", "language", "frame", "entity"].map((key) => (filters[key] === "" ? null : Number(filters[key])));
  const from = filters.from ? dayOf(filters.from) : -Infinity;
  const to = filters.to ? dayOf(filters.to) : Infinity;
  const isDated = filters.from !== "" || filters.to !== "";
  const found = [];
  for (let index = 0; index < DATA.documents; index++) {
    if (outlet !== null && (CORPUS.outlet[index] ?? -1) !== outlet) continue;
    if (language !== null && (CORPUS.language[index] ?? -1) !== language) continue;
    const day = CORPUS.day[index];
    if (isDated && (day === null || day < from || day > to)) continue;
    if (frame !== null && !holds(CORPUS.frame[index], 3, frame)) continue;
    if (entity !== null && !holds(CORPUS.entity[index], 3, entity)) continue;
    if (wanted !== "" && !(texts !== null ? texts[index].includes(wanted) || namesMatch(index, wanted) : namesMatch(index, wanted))) continue;
    found.push(index);
  }
  return found;
}

const isFiltered = () => Object.values(filters).some((value) => value !== "");

/** Values of a column with their counts, the most frequent first; −1 stands for none. */
function counted(column) {
  const counts = new Map();
  for (const value of column) counts.set(value ?? -1, (counts.get(value ?? -1) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

const entityOption = ({ name, label }) => `${name} · ${typeOf(label).one.toLowerCase()}`;

/** The filters; `changed` is called when one is set. */
function filterBar(changed) {
  const set = (key) => (value) => {
    filters[key] = value;
    changed();
  };
  const options = (column, name) => [["", "All"], ...counted(column).map(([value, number]) => [value, `${name(value)} (${number.toLocaleString("en")})`])];
  let timer = null;
  const search = el("input", {
    type: "search",
    value: filters.text,
    placeholder: DATA.folder === null ? "Words of articles and titles" : "Words of titles, names",
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        await loadTexts();
        set("text")(search.value);
      }, 150);
    },
  });
  const names = el("datalist", { id: "entity-names" }, ENTITIES.slice(0, 1000).map((entity) => el("option", { value: entityOption(entity) })));
  const entity = el("input", {
    type: "text",
    list: "entity-names",
    placeholder: "Anyone",
    autocomplete: "off",
    value: filters.entity === "" ? "" : entityOption(ENTITIES[filters.entity]),
    oninput: () => {
      const at = ENTITIES.findIndex((known) => entityOption(known) === entity.value);
      if (at >= 0 || entity.value === "") set("entity")(at >= 0 ? String(at) : "");
    },
  });
  const date = (key, label) => el("label", { class: "choice" }, el("span", {}, label),
    el("input", { type: "date", value: filters[key], onchange: (event) => set(key)(event.target.value) }));
  const frames = counted(CORPUS.frame.flatMap((list) => list.filter((_, at) => at % 3 === 0)));
  const hasDates = CORPUS.day.some((day) => day !== null);
  return el("form", { class: "filters", role: "search", "aria-label": "Filter the documents", onsubmit: (event) => event.preventDefault() },
    el("label", { class: "choice choice-search" }, el("span", {}, "Search"), search),
    choice("Outlet", options(CORPUS.outlet, (value) => (value < 0 ? "Not named" : CORPUS.outlets[value])), filters.outlet, set("outlet")),
    CORPUS.languages.length > 1 ? choice("Language", options(CORPUS.language, (value) => (value < 0 ? "Unknown" : languageName(CORPUS.languages[value]))), filters.language, set("language")) : null,
    frames.length > 0 ? choice("Shows the frame", [["", "Any"], ...frames.map(([frame, number]) => [frame, `${FRAMES[frame].name} (${number.toLocaleString("en")})`])], filters.frame, set("frame")) : null,
    ENTITIES.length > 0 ? el("label", { class: "choice" }, el("span", {}, "Names"), entity, names) : null,
    hasDates ? [date("from", "From"), date("to", "To")] : null,
    button("Clear", () => {
      for (const key of Object.keys(filters)) filters[key] = "";
      changed(true);
    }, { class: "quiet", disabled: !isFiltered() }));
}

/** A view below the filters, drawn anew when they change; the filters keep the focus. */
function filteredView(className, title, draw) {
  const body = el("div", { class: className });
  const node = el("div", {}, el("h1", { class: "unseen" }, title));
  let bar = null;
  const update = (anew) => {
    const found = selected();
    if (anew || bar === null) {
      const next = filterBar(update);
      if (bar === null) node.append(next, body);
      else bar.replaceWith(next);
      bar = next;
    }
    bar.querySelector("button").disabled = !isFiltered();
    const told = isFiltered()
      ? `${found.length.toLocaleString("en")} of ${count(DATA.documents, "document")}`
      : count(DATA.documents, "document");
    if (anew !== undefined || isFiltered()) announce(told);
    body.replaceChildren(...draw(found, told, () => update(true)));
  };
  update();
  return { title, node };
}
