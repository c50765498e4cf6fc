// One document: the article, and beside it what was found in it.

const LAYERS = [
  ["entities", "Names", "Names of people, organisations, places and more"],
  ["quotes", "Quotations", "What was said, and by whom"],
  ["summary", "Summary sentences", "The most salient sentences"],
  ["left-out", "What was left out", "Blocks of the page that are not part of the article, and why"],
];

/** Layers that are shown, kept from document to document. */
const shown = new Set(["entities", "quotes", "summary"]);

async function documentView(index, mark) {
  const doc = await documentAt(index);
  const details = el("div", { class: "details", id: "details", "aria-live": "polite" });
  const view = el("div", { class: "document" });
  const article = drawArticle(doc, (kind, number) => select(kind, number));
  const side = el("div", { class: "side" }, details, sidebar(doc, (kind, number) => select(kind, number, true)));

  /** Lights what belongs to a mark and shows its numbers; from the side it also goes there. */
  function select(kind, number, go) {
    clearLights(view);
    const told = TELL[kind]?.(doc, number, select);
    if (!told) return;
    const { entity = null, quotes = [], sentences = [], first = null, card } = told;
    if (entity !== null) lightEntity(view, entity);
    for (const quote of quotes) light(view, `[data-quote="${quote}"]`, "lit-quote");
    for (const [at, score] of sentences) {
      for (const node of view.querySelectorAll(`.sent[data-sent="${at}"]`)) {
        node.classList.add("evidence");
        if (score !== null && node.id) node.dataset.score = decimal(score);
      }
    }
    details.replaceChildren(
      button("Close", () => { clearLights(view); details.replaceChildren(); }, { class: "quiet close", "aria-label": "Close the details" }),
      card);
    const target = first === null ? null : byId(first);
    if (go && target) {
      target.scrollIntoView({ block: matchMedia("(max-width: 62rem)").matches ? "start" : "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
      target.classList.add("arrived");
      setTimeout(() => target.classList.remove("arrived"), 1600);
    }
  }

  hovers(article, view);
  fill(view, [heading(doc), toolbar(view, doc), el("div", { class: "columns" }, article, side)]);
  for (const [layer] of LAYERS) view.classList.toggle(`show-${layer}`, shown.has(layer));
  for (const [start, end, rank] of doc.summary) {
    const sentence = sentenceAt(doc, start);
    if (sentence === null) continue;
    for (const node of article.querySelectorAll(`.sent[data-sent="${sentence}"]`)) {
      node.classList.add("salient");
      if (node.id) node.dataset.rank = rank;
    }
  }
  return {
    title: CORPUS.title[index],
    node: view,
    entered: () => mark && select(mark.kind, mark.number, true),
  };
}

function light(view, selector, name) {
  for (const node of view.querySelectorAll(selector)) node.classList.add(name);
}

function clearLights(view) {
  for (const name of ["lit", "lit-quote", "evidence"]) {
    for (const node of view.querySelectorAll(`.${name}`)) {
      node.classList.remove(name);
      delete node.dataset.score;
    }
  }
}

/** All mentions of an entity, and all that it says, whoever the pronoun is that says it. */
function lightEntity(view, entity, name = "lit") {
  light(view, `[data-entity="${entity}"]`, name);
  light(view, `[data-speaker="${entity}"]`, name === "lit" ? "lit-quote" : name);
}

/** While the pointer or the focus is on a mention, everything of its entity is lit. */
function hovers(article, view) {
  const enter = ({ target }) => {
    const entity = target.closest?.("[data-entity]")?.dataset.entity ?? target.closest?.(".note")?.dataset.speaker;
    if (entity !== undefined) lightEntity(view, entity, "hovered");
  };
  const leave = () => { for (const node of view.querySelectorAll(".hovered")) node.classList.remove("hovered"); };
  article.addEventListener("pointerover", (event) => { leave(); enter(event); });
  article.addEventListener("pointerleave", leave);
  article.addEventListener("focusin", (event) => { leave(); enter(event); });
  article.addEventListener("focusout", leave);
}

function heading(doc) {
  const { meta } = doc;
  const facts = [
    meta.site ?? outletOf(doc.index),
    meta.published ? published(meta.published) : null,
    meta.authors.join(", ") || null,
    meta.language && meta.language !== "en" ? languageName(meta.language) : null,
    meta.credited ? `credits ${meta.credited}` : null,
  ].filter(Boolean);
  const flags = doc.problems.map((problem) => el("li", { class: `flag flag-${SEVERITIES.get(problem.kind) ?? "note"}` },
    el("b", {}, sentenceCase(problem.kind)), ` ${problem.message}`));
  const unseen = doc.coverage.filter(([, seen, total]) => seen < total);
  for (const [stage, seen, total] of unseen) {
    flags.push(el("li", { class: "flag flag-partial" },
      el("b", {}, "Seen in part"), ` ${stageName(stage)} saw ${percent(seen / total)} of the text`));
  }
  if (doc.duplicate_of) flags.push(el("li", { class: "flag flag-note" }, el("b", {}, "Duplicate"), ` This repeats the document ${doc.duplicate_of}`));
  return el("header", { class: "document-head" },
    el("p", { class: "facts" }, facts.length > 0 ? facts.join(" · ") : `Outlet not named · ${meta.path.split(/[\\/]/).pop()}`),
    meta.title && !doc.text.startsWith(meta.title) ? el("p", { class: "meta-title" }, meta.title) : null,
    flags.length > 0 ? el("ul", { class: "flags", "aria-label": "Problems" }, flags) : null);
}

function toolbar(view, doc) {
  const toggles = LAYERS.filter(([layer]) => layer !== "left-out" || doc.dropped.length > 0).map(([layer, name, meaning]) => {
    const box = el("input", {
      type: "checkbox",
      checked: shown.has(layer),
      onchange: () => {
        if (box.checked) shown.add(layer);
        else shown.delete(layer);
        view.classList.toggle(`show-${layer}`, box.checked);
      },
    });
    const number = layer === "left-out" ? ` (${doc.dropped.length})` : "";
    return el("label", { class: `toggle toggle-${layer}`, title: meaning }, box, el("span", {}, name + number));
  });
  return el("fieldset", { class: "toolbar" }, el("legend", {}, "Show in the article"), toggles,
    el("p", { class: "hint" }, "Press a mark, or a line at the side, for its numbers. With the keyboard: Tab into the article, then the arrow keys."));
}
