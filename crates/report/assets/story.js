// One story as several outlets tell it.

const STORIES = DATA.stories;

/** Chunks of stories, as those of documents. */
const storyChunks = new Map();

async function storyAt(index) {
  const number = Math.floor(index / DATA.story_chunk);
  if (!storyChunks.has(number)) storyChunks.set(number, readChunk("stories", number));
  return (await storyChunks.get(number))[index % DATA.story_chunk];
}

/** Outlets, documents and days of a story in words. */
function storyFacts({ outlets, documents, first, last }) {
  const from = first?.slice(0, 10);
  const to = last?.slice(0, 10);
  const days = from ? (to && to !== from ? `${published(from)} to ${published(to)}` : published(from)) : null;
  return [count(outlets, "outlet"), count(documents, "document"), days].filter(Boolean).join(" · ");
}

function storiesView() {
  const list = el("ol", { class: "plain documents" });
  const more = button("Show more", () => append(), { class: "quiet more" });
  let at = 0;
  const append = () => {
    list.append(...STORIES.slice(at, at + LISTED).map((story, nth) => el("li", {},
      el("a", { href: `#/story/${at + nth}` }, story.title ?? "Without a title"),
      el("p", { class: "meaning" }, storyFacts(story)))));
    at += LISTED;
    more.hidden = at >= STORIES.length;
  };
  append();
  return {
    title: "Stories",
    node: el("div", {}, el("h1", { class: "view-title" }, "Stories in more than one document"),
      el("p", { class: "meaning" }, "Documents are one story when they share rare names and words and were published close together. Those in the most outlets come first."),
      list, more),
  };
}

/** Code points → UTF-16 units of a document's text. */
function unitsOf(doc, ...points) {
  if (doc.narrow === undefined) doc.narrow = !/[\ud800-\udbff]/.test(doc.text);
  if (doc.narrow) return points;
  return points.map((wanted) => {
    let unit = 0;
    for (let point = 0; point < wanted && unit < doc.text.length; point++) unit += doc.text.codePointAt(unit) > 0xffff ? 2 : 1;
    return unit;
  });
}

/** The story while it is drawn, and its documents by their numbers. */
let told = { story: null, documents: new Map() };

function passage([number, start, end]) {
  const doc = told.documents.get(number);
  const [from, to] = unitsOf(doc, start, end);
  return doc.text.slice(from, to).replace(/\s+/g, " ");
}

const placeLink = ([number, start, end], text) => el("a", { href: `#/document/${number}/place/${start}-${end}`, class: "place" }, text);

/** A sentence with some of its words marked, which leads to its place. */
function sentenceWith(words, sentence) {
  const [, start, end] = words;
  const [number, from, to] = sentence;
  if (start < from || end > to) return placeLink(sentence, passage(sentence));
  return placeLink(sentence, [passage([number, from, start]), el("mark", {}, passage(words)), passage([number, end, to])]);
}

async function storyView(index) {
  const story = await storyAt(index);
  const documents = new Map();
  for (const { doc } of story.documents) documents.set(doc, await documentAt(doc));
  told = { story, documents };
  const node = el("div", { class: "story" },
    el("header", { class: "document-head" },
      el("p", { class: "facts" }, storyFacts(STORIES[index])),
      el("h1", { class: "view-title" }, story.title ?? "A story without a title")),
    inShort(story),
    sideBySide(story),
    disagreements(story),
    namings(story),
    storyFrames(story),
    storyVoices(story),
    storyTones(story),
    onlyHere(story),
    publicationOrder(story),
    whyOneStory(story));
  return { title: story.title ?? "Story", node };
}

/** The codebook of which most frames have passages: the one that the overview of a story is about. */
function mainCodebook(story) {
  const shown = new Map();
  for (const { codebook, passages } of story.frames) shown.set(codebook, (shown.get(codebook) ?? 0) + passages);
  return [...shown].sort((a, b) => b[1] - a[1])[0]?.[0];
}

const framesOf = (story, outlet) => story.frames
  .filter((frame) => frame.outlet === outlet && frame.codebook === mainCodebook(story))
  .sort((a, b) => b.score - a.score);

const voicesOf = (story, outlet) => story.voices.filter((voice) => voice.outlet === outlet).sort((a, b) => b.words - a.words);

const names = (list) => (list.length < 2 ? list.join("") : `${list.slice(0, -1).join(", ")} and ${list[list.length - 1]}`);

/** Outlets that have something in common, as `A and B`, by what they have in common. */
function grouped(pairs) {
  const groups = new Map();
  for (const [key, outlet] of pairs) groups.set(key, [...(groups.get(key) ?? []), outlet]);
  return [...groups].sort((a, b) => b[1].length - a[1].length);
}

/** What of a frame must be more in one outlet than in the others on average, to be said. */
const STRESSED = 0.08;

/** As what the outlets tell the story, and what each stresses more than the others. */
function framesInShort(story) {
  const lines = [];
  const all = story.outlets.map((outlet, at) => ({ name: outlet.name, frames: framesOf(story, at) })).filter(({ frames }) => frames.length > 0 && frames[0].score >= 0.2);
  const groups = grouped(all.map(({ name, frames }) => [frames[0].label, name]));
  if (groups.length === 1 && groups[0][1].length > 2) lines.push(["All frame it mainly as ", el("b", {}, frameName(groups[0][0]).toLowerCase()), "."]);
  else if (groups.length > 0) lines.push(["Framed mainly as ", groups.map(([label, outlets], at) => [at > 0 ? "; as " : "", el("b", {}, frameName(label).toLowerCase()), ` by ${names(outlets)}`]), "."]);
  if (groups.length === 1 && all.length > 1) {
    const stressed = all.flatMap(({ name, frames }) => {
      const more = frames.map(({ label, score }) => {
        const others = all.filter((other) => other.name !== name).map((other) => other.frames.find((frame) => frame.label === label)?.score ?? 0);
        return [label, score - others.reduce((sum, value) => sum + value, 0) / others.length];
      });
      const [label, by] = more.sort((a, b) => b[1] - a[1])[0];
      return by >= STRESSED ? [[label, name]] : [];
    });
    const words = grouped(stressed).map(([label, outlets]) => [names(outlets), ` ${outlets.length > 1 ? "stress" : "stresses"} `, el("b", {}, frameName(label).toLowerCase())]);
    if (words.length > 0) lines.push(["More than the others, ", words.map((part, at) => [at > 0 ? "; " : "", part]), "."]);
  }
  return lines;
}

/** Who has most of the quoted words in each outlet, and who is heard in one only. */
function voicesInShort(story) {
  const lines = [];
  // Phrases such as "many refugees" are voices, but nobody's name.
  const isNamed = (voice, outlet) => story.outlets[outlet].documents.some((doc) => told.documents.get(doc).entities.some(({ name }) => name === voice.speaker));
  const most = story.outlets.flatMap((outlet, at) => {
    const first = voicesOf(story, at).find((voice) => voice.actor !== null || isNamed(voice, at));
    return first && first.share >= 0.2 ? [[first.actor === null ? first.speaker : story.actors[first.actor].name, outlet.name]] : [];
  });
  if (most.length > 1) lines.push(["Quoted most: ", grouped(most).map(([speaker, outlets], at) => [at > 0 ? "; " : "", el("b", {}, speaker), ` by ${names(outlets)}`]), "."]);
  const alone = story.outlets.flatMap((outlet, at) => {
    const voice = voicesOf(story, at).find((one) => one.only && one.words >= 8 && isNamed(one, at));
    return voice ? [`${voice.speaker} (${outlet.name})`] : [];
  });
  if (alone.length > 0) lines.push([`Heard in one outlet only: ${names(alone)}.`]);
  return lines;
}

/** Towards whom outlets differ in tone. */
function tonesInShort(story) {
  return mainActors(story, 6).flatMap((actor) => {
    const tones = story.tones.filter((tone) => tone.actor === actor);
    const groups = grouped(tones.map(({ label, outlet }) => [label, story.outlets[outlet].name])).filter(([label]) => label !== "neutral");
    if (groups.length === 0 || tones.length < 2) return [];
    const neutral = tones.filter(({ label }) => label === "neutral").map(({ outlet }) => story.outlets[outlet].name);
    return [["On ", el("b", {}, story.actors[actor].name), ": ", groups.map(([label, outlets], at) => [at > 0 ? "; " : "", `${label} in ${names(outlets)}`]), neutral.length > 0 ? `, neutral in ${names(neutral)}` : "", "."]];
  }).slice(0, 2);
}

/** What a reader of one minute should know, each line from the numbers below. */
function inShort(story) {
  const lines = [];
  const [first] = story.documents;
  if (first.published) lines.push([el("b", {}, story.outlets[first.outlet].name), ` published first, ${published(first.published)}.`]);
  for (const copy of story.copies.filter(({ share }) => share >= 0.2).slice(0, 3)) {
    const [from, to] = [copy.from, copy.to].map((doc) => outletOfDocument(story, doc));
    if (from !== to) lines.push([el("b", {}, to), copy.known ? ` takes ${percent(copy.share)} of its words from ` : ` shares ${percent(copy.share)} of its words with `, el("b", {}, from), "."]);
  }
  const contradicting = disputes(story).filter(({ relation }) => relation === "contradict");
  if (contradicting.length > 0) {
    lines.push([el("b", {}, `${count(contradicting.length, "fact")} on which outlets disagree: `), contradicting.slice(0, 3).map(({ what, versions }, at) =>
      [at > 0 ? "; " : "", inQuotes(story, versions), what ? ` (${what})` : ""]), "."]);
  }
  for (const naming of story.namings.slice(0, 2)) lines.push([el("b", {}, nameOf(story, naming)), ": ", inQuotes(story, naming.versions), "."]);
  lines.push(...framesInShort(story), ...voicesInShort(story), ...tonesInShort(story));
  if (lines.length === 0) return null;
  return el("section", { class: "in-short", "aria-labelledby": "in-short" }, el("h2", { id: "in-short" }, "In short"), el("ul", {}, lines.map((line) => el("li", {}, line))));
}

/** Each version with its outlet, in a line. */
const inQuotes = (story, versions) => versions.map(([words]) => `${outletOfDocument(story, words[0])} “${passage(words)}”`).join(", ");

/** What a naming is of. */
function nameOf(story, { actor, kind }) {
  if (actor === null) return { actor: "Who or what", event: "The event", action: "What was done" }[kind] ?? kind;
  return kind === "action" ? `${story.actors[actor].name} (what was done)` : story.actors[actor].name;
}

/** Facts that differ, those about the same thing that share a version as one with all of its versions. */
function disputes(story) {
  const order = ["contradict", "finer"];
  const key = ([words]) => words.join(" ");
  const found = [];
  for (const { kind, relation, what, a, b } of story.facts.filter((fact) => order.includes(fact.relation))) {
    const known = found.find((one) => one.kind === kind && one.relation === relation && one.what === what && one.versions.some((version) => [key(a), key(b)].includes(key(version))));
    if (!known) found.push({ kind, relation, what, versions: [a, b] });
    else known.versions.push(...[a, b].filter((version) => known.versions.every((one) => key(one) !== key(version))));
  }
  return found.sort((one, other) => order.indexOf(one.relation) - order.indexOf(other.relation));
}

const outletOfDocument = (story, doc) => story.outlets[story.documents.find((document) => document.doc === doc).outlet].name;

/** Actors that most outlets name and of which tones are known. */
function mainActors(story, most) {
  const known = [...new Set(story.tones.map(({ actor }) => actor))];
  const spread = (actor) => story.tones.filter((tone) => tone.actor === actor).length;
  const isSomebody = (actor) => ["PERSON", "PER", "ORG", "NORP"].includes(story.actors[actor].label);
  return known.sort((a, b) => isSomebody(b) - isSomebody(a) || spread(b) - spread(a) || a - b).slice(0, most);
}

/** A card for each outlet: its title, its first sentence of the summary, and its choices. */
function sideBySide(story) {
  const actors = mainActors(story, 3);
  const most = Math.max(1, ...story.voices.map(({ words }) => words));
  const cards = story.outlets.map((outlet, at) => {
    const [number] = outlet.documents;
    const doc = told.documents.get(number);
    const lead = doc.summary.find(([, , rank]) => rank === 1);
    const frames = framesOf(story, at).slice(0, 3);
    const voices = voicesOf(story, at).slice(0, 3);
    const copied = story.documents.find((document) => document.outlet === at && document.copy !== null);
    return el("article", { class: "outlet-card", "aria-label": outlet.name },
      el("h3", {}, outlet.name),
      el("p", { class: "meaning" }, [outlet.first ? published(outlet.first) : null, count(outlet.words, "word"), `${percent(outlet.quoted)} quoted`].filter(Boolean).join(" · ")),
      el("p", { class: "copied" }, copied ? `Mostly taken from ${outletOfDocument(story, copied.copy)}` : ""),
      el("p", { class: "headline" }, el("a", { href: `#/document/${number}` }, shortened(CORPUS.title[number], 90))),
      el("p", { class: "lead" }, lead ? placeOf(doc, lead) : ""),
      el("h4", {}, "Framed as"),
      frames.length === 0 ? el("p", { class: "meaning" }, "Nothing clear") : el("ul", { class: "bars small" }, frames.map((frame) => bar({
        label: frameName(frame.label), value: decimal(frame.score), share: frame.score, onclick: () => showFraming(story, frame),
      }))),
      el("h4", {}, "Quotes most"),
      voices.length === 0 ? el("p", { class: "meaning" }, "Nobody") : el("ul", { class: "bars small" }, voices.map((voice) => bar({
        label: voice.speaker, value: count(voice.words, "word"), share: voice.words / most, css: "fill-quote", onclick: () => showVoice(story, voice),
      }))),
      actors.length > 0 ? [el("h4", {}, "Tone towards"), el("ul", { class: "plain tones" }, actors.map((actor) => {
        const tone = story.tones.find((one) => one.actor === actor && one.outlet === at);
        return el("li", {}, el("span", {}, story.actors[actor].name),
          tone ? el("b", { class: `tone-word tone-word-${tone.label}` }, tone.label) : el("span", { class: "meaning" }, "not named"));
      }))] : null);
  });
  return el("section", { class: "panel", "aria-labelledby": "side-by-side" },
    el("h2", { id: "side-by-side" }, "Side by side"),
    el("p", { class: "meaning" }, `${story.documents[0].published ? "In order of publication. " : ""}Press a bar for its sentences, a title for the article.`),
    el("div", { class: "outlet-cards", tabindex: 0, role: "region", "aria-label": "Outlets" }, cards));
}

const placeOf = (doc, [start, end]) => doc.text.slice(start, end).replace(/\s+/g, " ");

const FACT_KINDS = { number: "Number", money: "Money", date: "Date", time: "Time", title: "Title", place: "Place" };

/** Two versions side by side, each with its outlet. */
function versus(versions) {
  return el("div", { class: "versus" }, versions.map(([words, sentence]) => el("blockquote", {},
    el("p", { class: "meaning" }, outletOfDocument(told.story, sentence[0])),
    el("p", { class: "words" }, sentenceWith(words, sentence)))));
}

function disagreements(story) {
  const title = "Facts that differ";
  const facts = disputes(story);
  if (facts.length === 0) return panel(title, null, empty("Sentences about the same thing differ in no number, date, title or place."));
  const words = { contradict: "They disagree", finer: "One says more" };
  return panel(title, "Different values in sentences of several outlets about the same thing.",
    el("ul", { class: "plain facts-list" }, facts.map(({ kind, relation, what, versions }) => el("li", {},
      el("p", { class: "fact-head" }, el("b", { class: `relation relation-${relation}` }, words[relation]), ` ${FACT_KINDS[kind] ?? kind}${what ? `: ${what}` : ""}`),
      versus(versions)))));
}

function namings(story) {
  if (story.namings.length === 0) return null;
  return panel("What they call it", "Different words for the same thing, in sentences of several outlets.",
    el("ul", { class: "plain facts-list" }, story.namings.map((naming) => el("li", {},
      el("p", { class: "fact-head" }, el("b", {}, nameOf(story, naming))),
      versus(naming.versions)))));
}

/** Passages in the dialog. */
function showPassages(title, meaning, list, note) {
  const numbers = [...new Set(list.map(([number]) => number))];
  return showEvidence({
    title,
    meaning,
    documents: numbers,
    find: (doc) => list.filter(([number]) => number === doc.index).map(([, start, end]) => {
      const [from, to] = unitsOf(doc, start, end);
      return { start: from, end: to, to: `place/${start}-${end}`, note };
    }),
  });
}

const showFraming = (story, frame) => showPassages(`${frameName(frame.label)}, ${story.outlets[frame.outlet].name}`,
  `Score ${decimal(frame.score)}. ${count(frame.passages, "passage")} show the frame, ${frame.own} of them in the outlet’s own words. The clearest:`, frame.evidence);

const showVoice = (story, voice) => showPassages(`${voice.speaker}, ${story.outlets[voice.outlet].name}`,
  [`${count(voice.quotes, "quotation")}, ${count(voice.words, "word")}, ${percent(voice.share)} of what the outlet quotes.`,
    voice.stances.length > 0 ? ` ${voice.stances.map(([target, label]) => `${STANCES[label]}${label === "against" ? "" : label === "favor" ? " of" : " on"} ${target}`).join("; ")}.` : ""].join(""),
  voice.passages);

const storyColumns = (story) => story.outlets.map((outlet) => ({ name: outlet.name, note: count(outlet.documents.length, "article") }));

function storyFrames(story) {
  const codebook = mainCodebook(story);
  if (!codebook) return null;
  const rows = [];
  for (const frame of story.frames.filter((one) => one.codebook === codebook)) {
    let row = rows.find((known) => known.label === frame.label);
    if (!row) rows.push(row = { label: frame.label, name: frameName(frame.label), sum: 0 });
    row.sum += frame.share;
  }
  rows.sort((a, b) => b.sum - a.sum);
  return panel("How each frames it", `Share of each frame in what an outlet reports (${codebookName(codebook).toLowerCase()}). The lines are 95 % intervals: they are wide because an outlet has so few articles here. A single dot says little, a pattern over outlets says more.`,
    intervalTable("Frames by outlet", storyColumns(story), rows.slice(0, 8), (y, x) => {
      const frame = story.frames.find((one) => one.codebook === codebook && one.label === rows[y].label && one.outlet === x);
      if (!frame) return { content: null, told: "none" };
      return {
        content: intervalCell({ value: frame.share, low: frame.low, high: frame.high, min: 0, max: 1 }),
        told: `${percent(frame.share)}, ${count(frame.passages, "passage")}`,
        open: () => showFraming(story, frame),
      };
    }));
}

function storyVoices(story) {
  const rows = new Map();
  for (const voice of story.voices) {
    const key = voice.actor ?? voice.speaker;
    const row = rows.get(key) ?? { name: voice.actor === null ? voice.speaker : story.actors[voice.actor].name, words: 0, cells: new Map() };
    row.words += voice.words;
    row.cells.set(voice.outlet, voice);
    rows.set(key, row);
  }
  const sorted = [...rows.values()].sort((a, b) => b.cells.size - a.cells.size || b.words - a.words).slice(0, 14);
  if (sorted.length === 0) return panel("Who is quoted", null, empty("Nobody is quoted."));
  return panel("Who is quoted", "Quoted words of each speaker in each outlet, those quoted by most outlets first. Press a number for what is said.",
    intervalTable("Speakers by outlet", storyColumns(story).map(({ name }, at) => ({ name, note: count(story.outlets[at].voices, "voice") })), sorted, (y, x) => {
      const voice = sorted[y].cells.get(x);
      if (!voice) return { content: null, told: "–" };
      return { content: shareBar(voice.share), told: `${count(voice.words, "word")}, ${percent(voice.share)}`, open: () => showVoice(story, voice) };
    }));
}

function shareBar(share) {
  const fillNode = el("span", { class: "fill fill-quote" });
  fillNode.style.width = `${Math.max(2, share * 100)}%`;
  return el("span", { class: "cell-bar", "aria-hidden": "true" }, fillNode);
}

function storyTones(story) {
  const actors = mainActors(story, 8);
  if (actors.length === 0) return null;
  return panel("Tone towards the main actors", "How far the words of an outlet are negative (left) or positive (right) towards each. The lines are 95 % intervals over its mentions. An outlet is called positive or negative only where the two do not overlap.",
    intervalTable("Tone by outlet", storyColumns(story), actors.map((actor) => ({ name: story.actors[actor].name })), (y, x) => {
      const tone = story.tones.find((one) => one.actor === actors[y] && one.outlet === x);
      if (!tone) return { content: null, told: "not named" };
      return {
        content: toneCell(tone),
        told: `${tone.label}, ${count(tone.mentions, "mention")}`,
        open: () => showToward(story, actors[y], x),
      };
    }));
}

/** Negative to the left and positive to the right of the middle, each with its interval. */
function toneCell({ positive, negative }) {
  const x = (share, sign) => 52 + sign * 48 * share;
  const half = ([share, low, high], sign, css) => [
    svg("rect", { x: Math.min(52, x(share, sign)), y: 6, width: 48 * share, height: 8, class: css }),
    svg("line", { x1: x(low, sign), x2: x(high, sign), y1: 10, y2: 10, class: "whisker" }),
  ];
  return svg("svg", { viewBox: "0 0 104 20", class: "interval", "aria-hidden": "true" },
    half(negative, -1, "area-negative"), half(positive, 1, "area-positive"),
    svg("line", { x1: 52, x2: 52, y1: 2, y2: 18, class: "base" }));
}

function showToward(story, actor, outlet) {
  const { name, names: entities } = story.actors[actor];
  const here = new Map(entities.map(([doc, form]) => [doc, form]));
  return showEvidence({
    title: `${name}, ${story.outlets[outlet].name}`,
    meaning: "Sentences that name the actor.",
    documents: story.outlets[outlet].documents.filter((doc) => here.has(doc)),
    find: (doc) => {
      const at = doc.entities.findIndex((entity) => entity.name === here.get(doc.index));
      return doc.ents.flatMap(([start, end, , , entity], number) => (entity === at ? [{ start, end, to: `mention/${number}` }] : []));
    },
  });
}

/** Sentences shown of a passage that only one outlet has. */
const SENTENCES_OF_ONE = 2;

function onlyHere(story) {
  if (story.only.length === 0) return null;
  const groups = story.outlets.map((outlet, at) => ({ name: outlet.name, items: story.only.filter((only) => only.outlet === at).sort((a, b) => b.salience - a.salience) }));
  const line = ({ sentences }) => el("li", { class: "words" },
    sentences.slice(0, SENTENCES_OF_ONE).map((sentence, at) => [at > 0 ? " " : "", placeLink(sentence, passage(sentence))]),
    sentences.length > SENTENCES_OF_ONE ? el("span", { class: "meaning" }, ` and ${count(sentences.length - SENTENCES_OF_ONE, "sentence")} more`) : null);
  return panel("In one outlet only", "Sentences with no counterpart in any other outlet of the story, the most important first.",
    el("div", { class: "only" }, groups.filter(({ items }) => items.length > 0).map(({ name, items }) => el("div", {},
      el("h3", {}, name),
      longList(items, 3, line, "plain")))));
}

function publicationOrder(story) {
  const hasDates = story.documents.some(({ published: date }) => date);
  const rows = story.documents.map((document) => {
    const copies = story.copies.filter((copy) => copy.to === document.doc);
    const credits = story.credits.filter((credit) => credit.doc === document.doc);
    return el("li", {},
      el("p", {}, el("b", {}, story.outlets[document.outlet].name), el("span", { class: "meaning" }, ` ${document.published ? published(document.published) : "no date"}`)),
      el("p", {}, el("a", { href: `#/document/${document.doc}` }, CORPUS.title[document.doc])),
      credits.map((credit) => el("p", { class: "meaning" }, "Credits ", el("b", {}, credit.source))),
      copies.map((copy) => el("p", { class: "meaning" }, button(`${percent(copy.share)} of its words are also in ${outletOfDocument(story, copy.from)}`, () => showPassages(
        `${outletOfDocument(story, copy.to)} and ${outletOfDocument(story, copy.from)}`, `${count(copy.paragraphs.length, "paragraph")} that both have.`, copy.paragraphs.flatMap(([from, to]) => [to, from])), { class: "link" }))));
  });
  return panel("Who published when, and who copied from whom", hasDates ? null : "No document has a time of publication: the order is that of the input, with a credited outlet first.", el("ol", { class: "timeline" }, rows));
}

function whyOneStory(story) {
  const links = story.links.slice(0, 12);
  return el("details", { class: "panel why-story" }, el("summary", {}, el("h2", {}, "Why these are one story")),
    el("p", { class: "meaning" }, "Pairs of documents and how much they have in common: 0 nothing, 1 everything."),
    el("p", {}, el("b", {}, "Names: "), story.actors.slice(0, 12).map(({ name }) => name).join(", ")),
    el("p", {}, el("b", {}, "Words: "), story.terms.slice(0, 16).join(", ")),
    el("ul", { class: "plain" }, links.map((link) => el("li", {},
      `${outletOfDocument(story, link.a)} – ${outletOfDocument(story, link.b)}: `, el("b", { class: "score" }, decimal(link.score)),
      el("small", {}, ` names ${decimal(link.entities)}, words ${decimal(link.terms)}${link.days === null ? "" : `, ${count(link.days, "day")} apart`}`)))));
}
