// Beside an article: lists of what was found, and the card of one mark.

function sidebar(doc, select) {
  return [
    sideSummary(doc, select),
    sideEntities(doc, select),
    sideQuotes(doc, select),
    ...sideFrames(doc, select),
    sideStances(doc, select),
    sideSource(doc),
  ];
}

function side(title, open, ...children) {
  return el("details", { class: "side-part", open }, el("summary", {}, el("h2", {}, title)), ...children);
}

function sideSummary(doc, select) {
  if (doc.summary.length === 0 && !doc.abstract) return null;
  const ranked = doc.summary.map((sentence, number) => ({ sentence, number })).sort((a, b) => a.sentence[0] - b.sentence[0]);
  return side("Summary", true,
    doc.abstract ? el("p", { class: "abstract" }, doc.abstract, el("small", {}, " Written by a model, not taken from the article.")) : null,
    el("ol", { class: "plain" }, ranked.map(({ sentence: [start, end], number }) =>
      el("li", {}, button(doc.text.slice(start, end), () => select("summary", number), { class: "line" })))));
}

function sideEntities(doc, select) {
  if (doc.entities.length === 0) return side("Names", true, empty("No name was found."));
  const groups = new Map();
  doc.entities.forEach((entity, number) => {
    if (!groups.has(entity.label)) groups.set(entity.label, []);
    groups.get(entity.label).push(number);
  });
  const order = [...TYPES.keys()];
  const place = (label) => (order.includes(label) ? order.indexOf(label) : order.length);
  const sorted = [...groups].sort(([a], [b]) => place(a) - place(b));
  return side("Names", true, sorted.map(([label, numbers]) => {
    const type = typeOf(label);
    numbers.sort((a, b) => doc.entities[b].mentions - doc.entities[a].mentions);
    return el("div", { class: "type-group" },
      el("h3", { class: type.css }, el("span", { class: "shape", "aria-hidden": "true" }, type.shape), type.many),
      el("ul", { class: "chips" }, numbers.map((number) => {
        const { name, mentions } = doc.entities[number];
        return el("li", {}, button([name, el("small", { "aria-label": count(mentions, "mention") }, mentions)], () => select("entity", number), { class: `chip ${type.css}` }));
      })));
  }));
}

const wordsIn = (text) => text.split(/\s+/).filter(Boolean).length;

function sideQuotes(doc, select) {
  if (doc.quotes.length === 0) return side("Who is quoted", true, empty("Nobody is quoted."));
  const voices = new Map();
  doc.quotes.forEach((quote, number) => {
    const name = speakerName(doc, number);
    const voice = voices.get(name) ?? { name, words: 0, numbers: [] };
    voice.words += wordsIn(doc.text.slice(...quote.at));
    voice.numbers.push(number);
    voices.set(name, voice);
  });
  const all = [...voices.values()].sort((a, b) => b.words - a.words);
  const most = all[0].words;
  return side("Who is quoted", true, el("ul", { class: "bars" }, all.map((voice) => bar({
    label: voice.name,
    value: `${count(voice.words, "word")}`,
    share: voice.words / most,
    title: `${count(voice.numbers.length, "quotation")}, ${count(voice.words, "word")}`,
    onclick: () => select("voice", voice.numbers),
  }))));
}

function sideFrames(doc, select) {
  const books = new Map();
  doc.frames.forEach((frame, number) => {
    if (!books.has(frame.codebook)) books.set(frame.codebook, []);
    books.get(frame.codebook).push(number);
  });
  return [...books].map(([codebook, numbers]) => {
    const strong = numbers.filter((number, rank) => rank < 5 || doc.frames[number].evidence.length > 0);
    return side(codebookName(codebook), true,
      el("p", { class: "meaning" }, "How strongly the article uses each frame: 0 not at all, 1 throughout. Press one for the sentences that show it."),
      el("ul", { class: "bars" }, strong.map((number) => {
        const frame = doc.frames[number];
        return bar({
          label: frameName(frame.label),
          value: decimal(frame.score),
          share: frame.score,
          note: frame.evidence.length > 0 ? count(frame.evidence.length, "sentence") : null,
          onclick: () => select("frame", number),
        });
      })));
  });
}

function sideStances(doc, select) {
  if (doc.stances.length === 0) return null;
  return side("Stances", true,
    el("p", { class: "meaning" }, "Stances of the outlet and of those it quotes."),
    el("ul", { class: "plain stances" }, doc.stances.map((stance, number) => el("li", {}, button([
      el("span", { class: "holder" }, holderName(doc, stance)),
      el("span", { class: `stance stance-${stance.label}` }, STANCES[stance.label] ?? stance.label),
      el("span", { class: "target" }, stance.target),
    ], () => select("stance", number), { class: "line" })))));
}

const holderName = (doc, stance) => (stance.holder === null ? "The outlet" : doc.entities[stance.holder].name);

function sideSource(doc) {
  const { meta } = doc;
  const facts = [
    ["File", meta.record > 0 ? `${meta.path}, record ${meta.record + 1}` : meta.path],
    ["Address", meta.url],
    ["Id", doc.id],
    ["Size", `${meta.bytes.toLocaleString("en")} bytes, ${meta.encoding}`],
    ["SHA-256", meta.sha256],
    ["Language", meta.language ? `${languageName(meta.language)}${meta.language_score === null ? "" : ` (${decimal(meta.language_score)})`}` : "unknown"],
  ];
  const seen = doc.coverage.map(([stage, part, total]) => el("li", {}, `${stageName(stage)}: ${total === 0 ? "nothing to see" : part < total ? percent(part / total) : "all"}`));
  return side("Where it comes from", false,
    el("dl", {}, facts.filter(([, value]) => value).map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
    el("h3", {}, "How much of the text each step saw"), el("ul", { class: "plain seen" }, seen));
}

/** A line with a bar, which is a button. */
function bar({ label, value, share, note, title, onclick, css, shape }) {
  const fillNode = el("span", { class: `fill ${css ?? ""}` });
  fillNode.style.width = `${Math.max(0.5, Math.min(1, share) * 100)}%`;
  return el("li", {}, button([
    el("span", { class: "bar-label" }, shape ? el("span", { class: `shape ${css ?? ""}`, "aria-hidden": "true" }, shape) : null, label, note ? el("small", {}, ` ${note}`) : null),
    el("span", { class: "bar-value" }, value),
    el("span", { class: "track", "aria-hidden": "true" }, fillNode),
  ], onclick, { class: "bar", title }));
}

/** What was run for a stage: its model or that it is made of rules, and why it decided here. */
function grounds(doc, stage, fits) {
  const ran = DATA.provenance[doc.provenance].stages.find((entry) => entry.stage === stage);
  const rules = (doc.why ?? []).filter((why) => why.stage === stage && fits?.(why));
  return [
    rules.length > 0 ? el("ul", { class: "rules" }, rules.slice(0, 8).map((why) =>
      el("li", {}, el("code", {}, why.rule), why.decision ? ` ${why.decision}` : "",
        why.numbers.length > 0 ? el("small", {}, ` ${why.numbers.map(([name, value]) => `${name.replaceAll("_", " ")} ${Number.isInteger(value) ? value : decimal(value)}`).join(", ")}`) : null))) : null,
    el("p", { class: "grounds" },
      `${stageName(stage)}: `, ran ? (ran.model ? `the model ${ran.model}` : "rules, no model") : "not named in the row", ". ",
      el("a", { href: "#/method" }, "Method and settings")),
  ];
}

const overlaps = ([start, end]) => (why) => why.at && why.at[0] < end && start < why.at[1];

const quoteText = (doc, place, length = 320) => el("blockquote", { class: "words" }, shortened(doc.text.slice(...place), length));

function numbersTable(rows) {
  return el("dl", { class: "numbers" }, rows.filter(Boolean).map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

const sentencesOf = (doc, places) => places.flatMap(([start, , score = null]) => {
  const at = sentenceAt(doc, start);
  return at === null ? [] : [[at, score]];
});

const firstSentence = (sentences) => (sentences.length > 0 ? `sentence-${sentences[0][0]}` : null);

function tonePart(doc, number) {
  const entity = doc.entities[number];
  if (!entity.tone) return null;
  const [positive, neutral, negative] = entity.tone;
  const part = (share, name) => {
    const node = el("span", { class: `part tone-${name}` });
    node.style.flexGrow = share;
    return node;
  };
  return [
    el("h4", {}, "Tone towards it"),
    el("div", { class: "split", role: "img", "aria-label": `positive ${percent(positive)}, neutral ${percent(neutral)}, negative ${percent(negative)}` },
      part(positive, "positive"), part(neutral, "neutral"), part(negative, "negative")),
    numbersTable([["Positive", decimal(positive)], ["Neutral", decimal(neutral)], ["Negative", decimal(negative)]]),
    grounds(doc, "sentiment", (why) => why.entity === number),
  ];
}

/** For each kind of mark: what is lit, where it is, and its card. */
const TELL = {
  entity(doc, number, select) {
    const entity = doc.entities[number];
    const type = typeOf(entity.label);
    const mentions = doc.ents.flatMap((ent, at) => (ent[4] === number ? [at] : []));
    const quotes = doc.quotes.flatMap((quote, at) => (quote.speaker === number ? [at] : []));
    return {
      entity: number,
      first: mentions.length > 0 ? `mention-${mentions[0]}` : null,
      card: el("div", { class: "card" },
        el("p", { class: `kind ${type.css}` }, el("span", { class: "shape", "aria-hidden": "true" }, type.shape), type.one),
        el("h3", {}, entity.name),
        entity.aliases.length > 0 ? el("p", {}, `Also called ${entity.aliases.join(", ")}`) : null,
        numbersTable([["Mentions", entity.mentions], quotes.length > 0 ? ["Quotations", quotes.length] : null]),
        tonePart(doc, number),
        grounds(doc, "ner", (why) => why.entity === number),
        DATA.documents > 1 && corpusEntity(entity) !== undefined
          ? el("p", {}, button("Where else it is named", () => showEntity(corpusEntity(entity)), { class: "link" })) : null),
    };
  },
  mention(doc, number, select) {
    const [start, end, label, score, entity] = doc.ents[number];
    if (entity !== null) {
      const told = TELL.entity(doc, entity, select);
      told.card.querySelector("h3").after(numbersTable([["Here", `“${doc.text.slice(start, end)}”`], ["How sure the name is", decimal(score)]]));
      told.card.append(...(doc.why ?? []).some((why) => why.stage === "ner" && overlaps([start, end])(why)) ? [el("div", {}, grounds(doc, "ner", overlaps([start, end])))] : []);
      return { ...told, first: `mention-${number}` };
    }
    return {
      first: `mention-${number}`,
      card: el("div", { class: "card" }, el("p", { class: "kind" }, typeOf(label).one), el("h3", {}, doc.text.slice(start, end)),
        numbersTable([["How sure the name is", decimal(score)]]), grounds(doc, "ner", overlaps([start, end]))),
    };
  },
  quote(doc, number, select) {
    const quote = doc.quotes[number];
    const voiced = doc.frames.filter((frame) => frame.evidence.some(([, , , voice]) => voice === number)).map((frame) => frameName(frame.label));
    return {
      quotes: [number],
      entity: quote.speaker,
      first: byId(`quote-${number}`) ? `quote-${number}` : null,
      card: el("div", { class: "card" },
        el("p", { class: "kind" }, `Quotation, ${QUOTE_KINDS[quote.kind] ?? quote.kind}`),
        el("h3", {}, speakerName(doc, number)),
        quoteText(doc, quote.at),
        numbersTable([
          quote.named ? ["Named here as", `“${doc.text.slice(...quote.named)}”`] : ["Named here as", "not named"],
          quote.cue ? ["Introduced by", `“${doc.text.slice(...quote.cue)}”`] : null,
          ["Length", count(wordsIn(doc.text.slice(...quote.at)), "word")],
          quote.closed ? null : ["Closing mark", "missing"],
          voiced.length > 0 ? ["Shows the frames", [...new Set(voiced)].join(", ")] : null,
        ]),
        grounds(doc, "quote", (why) => overlaps(quote.at)(why) || (quote.named && overlaps(quote.named)(why))),
        quote.speaker === null ? null : el("p", {}, button(`More about ${doc.entities[quote.speaker].name}`, () => select("entity", quote.speaker), { class: "link" }))),
    };
  },
  voice(doc, numbers, select) {
    const told = TELL.quote(doc, numbers[0], select);
    const card = el("div", { class: "card" }, el("p", { class: "kind" }, count(numbers.length, "quotation")), el("h3", {}, speakerName(doc, numbers[0])),
      el("ul", { class: "plain" }, numbers.map((number) => el("li", {}, button(shortened(doc.text.slice(...doc.quotes[number].at), 160), () => select("quote", number, true), { class: "line" })))));
    return { ...told, quotes: numbers, card };
  },
  /** A place that another view leads to: code points, half-open. */
  place(doc, text) {
    const [start, end] = unitsOf(doc, ...String(text).split("-").map(Number));
    const sentences = doc.sents.flatMap(([from, to], at) => (from < end && start < to ? [[at, null]] : []));
    if (sentences.length === 0) return null;
    return { sentences, first: firstSentence(sentences), card: el("div", { class: "card" }, el("p", { class: "kind" }, "The selected passage"), quoteText(doc, [start, end])) };
  },
  summary(doc, number) {
    const [start, end, rank, score] = doc.summary[number];
    const sentences = sentencesOf(doc, [[start, end]]);
    return {
      sentences,
      first: firstSentence(sentences),
      card: el("div", { class: "card" }, el("p", { class: "kind" }, "Summary sentence"), quoteText(doc, [start, end]),
        numbersTable([["Rank", `${rank} of ${doc.summary.length}`], ["How central", decimal(score)]]),
        el("p", { class: "meaning" }, "How central the sentence is to its article, from 0 to 1."),
        grounds(doc, "summarize", overlaps([start, end]))),
    };
  },
  frame(doc, number, select) {
    const frame = doc.frames[number];
    const sentences = sentencesOf(doc, frame.evidence);
    return {
      sentences,
      first: firstSentence(sentences),
      card: el("div", { class: "card" }, el("p", { class: "kind" }, codebookName(frame.codebook)), el("h3", {}, frameName(frame.label)),
        numbersTable([["Score of the article", decimal(frame.score)], ["Sentences that show it", frame.evidence.length]]),
        frame.evidence.length === 0 ? el("p", {}, "No single sentence shows it clearly.")
          : el("ul", { class: "plain" }, frame.evidence.map(([start, end, score, voice]) => el("li", {},
            el("span", { class: "score" }, decimal(score)), " ", shortened(doc.text.slice(start, end), 220),
            el("small", {}, voice === null ? " The outlet’s own words." : ` Said by ${doc.quotes[voice] ? speakerName(doc, voice) : "a speaker"}.`)))),
        grounds(doc, "frames", (why) => why.decision.startsWith(`${frame.codebook} ${frame.label}`))),
    };
  },
  stance(doc, number) {
    const stance = doc.stances[number];
    const sentences = sentencesOf(doc, stance.evidence);
    return {
      sentences,
      entity: stance.holder,
      first: firstSentence(sentences),
      card: el("div", { class: "card" }, el("p", { class: "kind" }, "Stance"),
        el("h3", {}, `${holderName(doc, stance)}: ${STANCES[stance.label] ?? stance.label}`),
        numbersTable([["Target", stance.target], ["How sure", decimal(stance.score)]]),
        el("ul", { class: "plain" }, stance.evidence.map((place) => el("li", {}, shortened(doc.text.slice(...place), 220)))),
        grounds(doc, "stance", (why) => why.entity === stance.holder || stance.evidence.some((place) => overlaps(place)(why)))),
    };
  },
};
