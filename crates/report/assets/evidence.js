// The sentences behind a bar, one click away from it.

/** Sentences shown at once. */
const AT_ONCE = 25;

let showing = 0;

function closeEvidence() {
  const dialog = byId("evidence");
  if (dialog.open) dialog.close();
}

/** Shows what `find` gives for each of the documents: places with notes. `narrow` is a button that sets a filter. */
function showEvidence({ title, meaning, documents, find, narrow }) {
  const mine = ++showing;
  const dialog = byId("evidence");
  const list = el("ol", { class: "plain sentences" });
  const state = el("p", { class: "meaning", role: "status" }, "Reading…");
  const more = button("Show more", () => next(), { class: "quiet more", hidden: true });
  dialog.replaceChildren(
    el("div", { class: "evidence-head" },
      el("h2", { id: "evidence-title" }, title),
      button("Close", closeEvidence, { class: "quiet" })),
    meaning ? el("p", { class: "meaning" }, meaning) : null,
    narrow ? el("p", {}, button(narrow.label, () => { closeEvidence(); narrow.action(); }, { class: "link" })) : "",
    state, list, more);
  for (const child of [...dialog.childNodes]) if (child.nodeType === Node.TEXT_NODE) child.remove();
  let at = 0;
  let shownSentences = 0;
  async function next() {
    const until = shownSentences + AT_ONCE;
    more.hidden = true;
    try {
      while (at < documents.length && shownSentences < until) {
        const doc = await documentAt(documents[at++]);
        if (mine !== showing) return;
        const found = find(doc);
        shownSentences += found.length;
        list.append(...found.map((item) => sentenceItem(doc, item)));
      }
    } catch (error) {
      state.textContent = error.message;
      return;
    }
    const rest = documents.length - at;
    more.hidden = rest === 0;
    state.textContent = shownSentences === 0 ? "There are no sentences to show." : rest > 0
      ? `${count(shownSentences, "sentence")} of ${count(at, "document")}; ${count(rest, "more document")}`
      : `${count(shownSentences, "sentence")} of ${count(at, "document")}`;
  }
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  return next();
}

/** A sentence with its place marked, and where it stands. */
function sentenceItem(doc, { start, end, note, to }) {
  const sentence = sentenceAt(doc, start);
  const [from, until] = sentence === null ? [start, end] : doc.sents[sentence];
  const stop = Math.max(until, end);
  const isWhole = start <= from && end >= stop;
  const text = (a, b) => doc.text.slice(a, b).replace(/\s+/g, " ");
  const words = isWhole ? [text(from, stop)] : [text(from, start), el("mark", {}, text(start, end)), text(end, stop)];
  return el("li", {},
    el("p", { class: "words" }, words),
    el("p", { class: "meaning" },
      el("a", { href: `#/document/${doc.index}${to ? `/${to}` : ""}` }, shortened(CORPUS.title[doc.index], 90)),
      ` ${[outletOf(doc.index), dateOf(doc.index)].filter(Boolean).join(" · ")}`,
      note ? el("b", {}, ` ${note}`) : null));
}

/** Sentences that name an entity: the first of each mention's sentence. */
function mentionsIn(doc, entity) {
  const known = entitiesIn(doc, entity);
  const seen = new Set();
  return doc.ents.flatMap(([start, end, , , at], number) => {
    const sentence = sentenceAt(doc, start);
    if (!known.includes(at) || seen.has(sentence)) return [];
    seen.add(sentence);
    return [{ start, end, to: `mention/${number}` }];
  });
}

const namedIn = (documents, entity) => documents.filter((index) => holds(CORPUS.entity[index], 3, entity));

function showEntity(entity, documents = [...CORPUS.id.keys()], redraw) {
  const { name } = ENTITIES[entity];
  const found = namedIn(documents, entity);
  return showEvidence({
    title: name,
    meaning: `Sentences that name ${name}, in ${count(found.length, "document")}.`,
    documents: found,
    find: (doc) => mentionsIn(doc, entity),
    narrow: { label: `Show only documents that name ${name}`, action: () => narrowTo("entity", entity, redraw) },
  });
}

/** Sets a filter and shows the overview with it. */
function narrowTo(key, value, redraw) {
  filters[key] = String(value);
  if (redraw) redraw();
  else location.hash = "#/corpus";
}

/** The sentences that show a frame; of an article that only shows it as a whole, its most salient one. */
function frameEvidence(doc, frame) {
  const { codebook, label } = FRAMES[frame];
  return doc.frames.flatMap((found, number) => {
    if (found.codebook !== codebook || found.label !== label) return [];
    if (found.evidence.length === 0) return leadOf(doc).map((item) => ({ ...item, to: `frame/${number}`, note: `${decimal(found.score)}, the article as a whole` }));
    return found.evidence.map(([start, end, score, voice]) => ({
      start, end, to: `frame/${number}`, note: `${decimal(score)}${voice !== null && doc.quotes[voice] ? `, said by ${speakerName(doc, voice)}` : ""}`,
    }));
  });
}

/** What documents tell first: their most salient sentence. */
function leadOf(doc) {
  const first = doc.summary.find(([, , rank]) => rank === 1);
  const [start, end] = first ?? doc.sents[0] ?? [0, Math.min(200, doc.text.length)];
  return [{ start, end, to: "" }];
}
