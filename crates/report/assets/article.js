// The article as it was, with its marks.

/** Where pieces of a block begin and end, so that each lies in at most one mention, quotation and sentence. */
function cuts(start, end, ...lists) {
  const places = new Set([start, end]);
  for (const list of lists) {
    for (const [from, to] of list) {
      if (to > start && from < end) {
        places.add(Math.max(from, start));
        places.add(Math.min(to, end));
      }
    }
  }
  return [...places].sort((a, b) => a - b);
}

const covering = (list, start, end) => list.findIndex(([from, to]) => from <= start && end <= to);

const BLOCK_TAGS = { title: "h1", heading: "h2", list: "p", quote: "blockquote", caption: "p", table: "p", body: "p" };

/** Draws the article; `select` is called with the kind and number of the mark that a reader presses. */
function drawArticle(doc, select) {
  const article = el("article", { class: "article", "aria-label": "The article", lang: doc.meta.language });
  const quotePlaces = doc.quotes.map((quote) => quote.at);
  const blocks = doc.blocks.length > 0 ? doc.blocks : doc.text ? [[0, doc.text.length, "body"]] : [];
  const seen = { mentions: new Set(), quotes: new Set(), sentences: new Set() };
  let dropped = 0;
  const before = (place) => {
    const found = [];
    while (dropped < doc.dropped.length && doc.dropped[dropped].at <= place) found.push(doc.dropped[dropped++]);
    return found;
  };
  for (const [start, end, kind] of blocks) {
    article.append(...leftOut(before(start), doc));
    const block = el(BLOCK_TAGS[kind] ?? "p", { class: `block block-${kind}` });
    drawPieces(block, doc, start, end, quotePlaces, seen, select);
    const notes = marginNotes(doc, start, end, select);
    article.append(el("div", { class: "row" }, block, notes));
  }
  article.append(...leftOut(before(Infinity), doc));
  if (doc.text === "") article.append(empty("This record has no text. Its problems say why."));
  rove(article);
  return article;
}

function drawPieces(block, doc, start, end, quotePlaces, seen, select) {
  const places = cuts(start, end, doc.sents, doc.ents, quotePlaces);
  let sentence = null;
  let holder = block;
  for (let at = 0; at + 1 < places.length; at++) {
    const [from, to] = [places[at], places[at + 1]];
    const number = covering(doc.sents, from, to);
    if (number !== sentence) {
      sentence = number;
      holder = block;
      if (number >= 0) {
        const first = !seen.sentences.has(number);
        seen.sentences.add(number);
        holder = el("span", { class: "sent", "data-sent": number, id: first ? `sentence-${number}` : null });
        block.append(holder);
      }
    }
    holder.append(drawPiece(doc, from, to, quotePlaces, seen, select));
  }
}

function drawPiece(doc, from, to, quotePlaces, seen, select) {
  const text = doc.text.slice(from, to);
  const quote = covering(quotePlaces, from, to);
  const mention = covering(doc.ents, from, to);
  const speaker = quote >= 0 ? doc.quotes[quote].speaker : null;
  const inQuote = quote < 0 ? {} : {
    "data-quote": quote,
    "data-speaker": speaker,
    id: seen.quotes.has(quote) || mention >= 0 ? null : `quote-${quote}`,
  };
  if (quote >= 0 && mention < 0) seen.quotes.add(quote);
  if (mention < 0) {
    if (quote < 0) return document.createTextNode(text);
    const span = el("span", { class: `quote quote-${doc.quotes[quote].kind}`, ...inQuote }, text);
    span.addEventListener("click", () => select("quote", quote));
    return span;
  }
  const [, , label, , entity] = doc.ents[mention];
  const type = typeOf(label);
  const first = !seen.mentions.has(mention);
  seen.mentions.add(mention);
  const span = el("span", {
    class: `ent ${type.css}${quote >= 0 ? ` quote quote-${doc.quotes[quote].kind}` : ""}`,
    ...inQuote,
    "data-entity": entity,
    "data-shape": first ? type.shape : null,
    id: first ? `mention-${mention}` : null,
    role: first ? "button" : null,
    tabindex: first ? -1 : null,
    "aria-label": first ? `${text}, ${type.one.toLowerCase()}` : null,
  }, text);
  return pressable(span, (event) => {
    event.stopPropagation();
    select("mention", mention);
  });
}

/** Who is quoted in a block, beside it. */
function marginNotes(doc, start, end, select) {
  const here = doc.quotes.flatMap((quote, number) => (quote.at[0] >= start && quote.at[0] < end ? [number] : []));
  if (here.length === 0) return null;
  const runs = [];
  for (const number of here) {
    const speaker = doc.quotes[number].speaker;
    const last = runs[runs.length - 1];
    if (last && speaker !== null && last.speaker === speaker) last.numbers.push(number);
    else runs.push({ speaker, numbers: [number] });
  }
  return el("aside", { class: "margin", "aria-label": "Quoted here" }, runs.map(({ numbers }) => {
    const [first] = numbers;
    const name = speakerName(doc, first);
    const kinds = [...new Set(numbers.map((number) => QUOTE_KINDS[doc.quotes[number].kind]))].join(", ");
    return button([el("b", {}, name), el("span", {}, kinds)], () => select("quote", first), {
      class: "note",
      "data-speaker": doc.quotes[first].speaker,
    });
  }));
}

/** The speaker's name, or the words that name one without an entity. */
function speakerName(doc, number) {
  const { speaker, named } = doc.quotes[number];
  if (speaker !== null) return doc.entities[speaker].name;
  return named ? shortened(doc.text.slice(...named), 60) : "Unnamed speaker";
}

/** Blocks that are not in the text, where they stood: shown when the reader asks. */
function leftOut(list, doc) {
  if (list.length === 0) return [];
  return [el("div", { class: "left-out", role: "group", "aria-label": "Left out here" }, list.map((block) => {
    const place = `bytes ${block.raw[0].toLocaleString("en")}–${block.raw[1].toLocaleString("en")}`;
    return el("div", {},
      el("p", {}, el("b", {}, block.kind === "cut" ? "Cut from the next block" : "Left out"), `: ${whyLeftOut(block, doc)}, ${place}`),
      block.words ? el("p", { class: "words" }, block.words) : null);
  }))];
}

function whyLeftOut(block, doc) {
  const rule = (doc.why ?? []).find((why) => why.raw && why.raw[0] <= block.raw[0] && block.raw[1] <= why.raw[1]);
  const sentence = block.kind === "cut" ? "words of the page around the article" : REASONS.get(block.reason) ?? block.reason;
  return `${sentence} (${block.reason}${rule ? `, rule ${ruleText(rule)}` : ""})`;
}

/** `said-name (cue share 0.93)`. */
function ruleText({ rule, numbers }) {
  const values = numbers.map(([name, value]) => `${name.replaceAll("_", " ")} ${Number.isInteger(value) ? value : decimal(value)}`);
  return values.length > 0 ? `${rule} (${values.join(", ")})` : rule;
}

/** One stop of the tab key for all marks of an article; arrows go from mark to mark. */
function rove(article) {
  const marks = () => [...article.querySelectorAll("[role=button]")];
  const first = marks()[0];
  if (first) first.tabIndex = 0;
  article.addEventListener("keydown", (event) => {
    const all = marks();
    const at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined || !all[to]) return;
    event.preventDefault();
    all[at].tabIndex = -1;
    all[to].tabIndex = 0;
    all[to].focus();
  });
  article.addEventListener("focusin", ({ target }) => {
    if (target.getAttribute("role") !== "button") return;
    for (const mark of article.querySelectorAll("[role=button][tabindex='0']")) mark.tabIndex = -1;
    target.tabIndex = 0;
  });
}
