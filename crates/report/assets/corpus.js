// All documents together.

/** What the reader chose in the panels, kept from one drawing to the next. */
const chosen = { type: "", codebook: null, frame: null, actors: null, target: null };

const corpusView = () => filteredView("overview", "Overview", drawOverview);

function drawOverview(found, told, redraw) {
  if (found.length === 0) return [el("p", { class: "told" }, told), empty("No document fits these filters. Clear one of them.")];
  const steps = stepsOf(found.map((index) => CORPUS.day[index]));
  return [
    figures(found, told),
    timePanel(found, steps),
    el("div", { class: "pair" }, namesPanel(found, redraw), voicesPanel(found)),
    framesPanel(found, steps, redraw),
    tonePanel(found, steps),
    stancesPanel(found),
    statePanel(found),
  ];
}

/** The size of it all. */
function figures(found, told) {
  let words = 0;
  let quotes = 0;
  const outlets = new Set();
  for (const index of found) {
    words += CORPUS.words[index];
    quotes += CORPUS.quote[index].length / 3;
    if (CORPUS.outlet[index] !== null) outlets.add(CORPUS.outlet[index]);
  }
  const parts = [told, outlets.size > 0 ? count(outlets.size, "outlet") : null, count(words, "word"), count(quotes, "quotation")];
  return el("p", { class: "told" }, parts.filter(Boolean).join(" · "));
}

/** Numbers of documents by step of time. */
function byStep(documents, steps) {
  const place = new Map(steps.keys.map((key, at) => [key, at]));
  const groups = steps.keys.map(() => []);
  for (const index of documents) {
    if (CORPUS.day[index] !== null) groups[place.get(steps.of(CORPUS.day[index]))].push(index);
  }
  return groups;
}

function timePanel(found, steps) {
  const title = "Documents over time";
  if (steps === null) return panel(title, null, empty("No document has a date of publication."));
  const groups = byStep(found, steps);
  const undated = found.length - groups.reduce((sum, group) => sum + group.length, 0);
  const open = (at) => showEvidence({
    title: sentenceCaseFirst(steps.name(steps.keys[at])),
    meaning: "The most salient sentence of each document.",
    documents: groups[at],
    find: leadOf,
  });
  return panel(title, `Documents by ${steps.unit} of publication.${undated > 0 ? ` ${count(undated, "document")} without a date ${undated === 1 ? "is" : "are"} not in the chart.` : ""}`,
    columnsChart(title, steps, groups.map((group) => group.length), open));
}

const sentenceCaseFirst = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** Entities of documents: how many name each, and how often. */
function entityCounts(found) {
  const counts = new Map();
  for (const index of found) {
    each(CORPUS.entity[index], 3, (list, at) => {
      const known = counts.get(list[at]) ?? { entity: list[at], documents: 0, mentions: 0 };
      known.documents += 1;
      known.mentions += list[at + 1];
      counts.set(list[at], known);
    });
  }
  return [...counts.values()].sort((a, b) => b.documents - a.documents || b.mentions - a.mentions);
}

/** Lines of a list that can be made longer. */
function longList(items, first, line, css = "bars") {
  const list = el("ul", { class: css }, items.slice(0, first).map(line));
  const rest = items.length - first;
  if (rest <= 0) return list;
  const more = button(`Show ${Math.min(rest, 40).toLocaleString("en")} more`, () => {
    list.append(...items.slice(first, first + 40).map(line));
    more.remove();
  }, { class: "quiet more" });
  return [list, more];
}

function namesPanel(found, redraw) {
  const all = entityCounts(found);
  const types = [...new Set(all.map(({ entity }) => ENTITIES[entity].label))].sort();
  const body = el("div", {});
  const fillBody = () => {
    const shownTypes = all.filter(({ entity }) => chosen.type === "" || ENTITIES[entity].label === chosen.type);
    if (shownTypes.length === 0) return body.replaceChildren(empty("No name was found."));
    const most = shownTypes[0].documents;
    body.replaceChildren(...[longList(shownTypes, 12, ({ entity, documents, mentions }) => {
      const { name, label } = ENTITIES[entity];
      const type = typeOf(label);
      return bar({
        label: name, shape: type.shape, css: type.css, value: `${documents.toLocaleString("en")}`, share: documents / most,
        title: `${type.one}: ${count(documents, "document")}, ${count(mentions, "mention")}`,
        onclick: () => showEntity(entity, found, redraw),
      });
    })].flat());
  };
  fillBody();
  const rare = CORPUS.rare_entities > 0 ? ` ${CORPUS.rare_entities.toLocaleString("en")} rarer names are not counted.` : "";
  return panel("In the news", `Number of documents that name each.${rare}`,
    types.length > 1 ? choice("Type", [["", "All"], ...types.map((label) => [label, typeOf(label).many])], chosen.type, (value) => {
      chosen.type = value;
      fillBody();
    }) : null, body);
}

/** Who is quoted in documents: quotations, words, documents. */
function voiceCounts(found) {
  const counts = new Map();
  for (const index of found) {
    each(CORPUS.quote[index], 3, (list, at) => {
      const voice = counts.get(list[at]) ?? { speaker: list[at], quotes: 0, words: 0 };
      voice.quotes += 1;
      voice.words += list[at + 1];
      counts.set(list[at], voice);
    });
  }
  return [...counts.values()].sort((a, b) => b.words - a.words);
}

function voicesPanel(found) {
  const all = voiceCounts(found);
  const named = all.filter(({ speaker }) => speaker >= 0);
  const unnamed = all.find(({ speaker }) => speaker < 0);
  const words = all.reduce((sum, voice) => sum + voice.words, 0);
  const open = (speaker, name) => showEvidence({
    title: `Quoted: ${name}`,
    documents: found.filter((index) => holds(CORPUS.quote[index], 3, speaker)),
    find: (doc) => {
      const known = speaker < 0 ? null : entitiesIn(doc, speaker);
      return doc.quotes.flatMap((quote, number) => {
        const fits = known === null ? quote.speaker === null || corpusEntity(doc.entities[quote.speaker]) === undefined : known.includes(quote.speaker);
        return fits ? [{ start: quote.at[0], end: quote.at[1], to: `quote/${number}`, note: known === null ? speakerName(doc, number) : QUOTE_KINDS[quote.kind] }] : [];
      });
    },
  });
  const body = named.length === 0 ? empty("Nobody is quoted by name.") : longList(named, 12, ({ speaker, quotes, words: said }) => bar({
    label: ENTITIES[speaker].name, value: `${said.toLocaleString("en")}`, share: said / named[0].words, note: count(quotes, "quotation"),
    title: `${count(said, "word")}, ${percent(said / words)} of all quoted words`,
    onclick: () => open(speaker, ENTITIES[speaker].name),
  }));
  return panel("Who is quoted", "Number of quoted words of each, word for word or reported.", body,
    unnamed ? el("p", { class: "meaning" }, button(`${count(unnamed.quotes, "quotation")} of others`, () => open(-1, "others"), { class: "link" }),
      ` (${percent(unnamed.words / words)} of the words): groups, offices and people without a name.`) : null);
}

/** The outlets of documents, the largest first; those without a name are one. */
function outletGroups(found, most) {
  const groups = new Map();
  for (const index of found) {
    const outlet = CORPUS.outlet[index] ?? -1;
    if (!groups.has(outlet)) groups.set(outlet, []);
    groups.get(outlet).push(index);
  }
  const sorted = [...groups].sort((a, b) => b[1].length - a[1].length);
  // One outlet more takes no more room than a column for one other.
  const cut = sorted.length === most + 1 ? most + 1 : most;
  const kept = sorted.slice(0, cut).map(([outlet, documents]) => ({ name: outlet < 0 ? "Not named" : CORPUS.outlets[outlet], documents }));
  const rest = sorted.slice(cut).flatMap(([, documents]) => documents);
  if (rest.length > 0) kept.push({ name: `${count(sorted.length - cut, "other")}`, documents: rest });
  if (kept.length > 1) kept.unshift({ name: "All", documents: found });
  return kept.map((group) => ({ ...group, note: `${group.documents.length.toLocaleString("en")} doc${group.documents.length === 1 ? "" : "s"}` }));
}

function framesPanel(found, steps, redraw) {
  const title = "How stories are framed";
  const books = [...new Set(FRAMES.map(({ codebook }) => codebook))];
  if (books.length === 0) return panel(title, null, empty("No document shows a frame."));
  chosen.codebook = books.includes(chosen.codebook) ? chosen.codebook : books[0];
  const body = el("div", { class: "stack" });
  const draw = () => {
    const counts = new Map();
    for (const index of found) {
      each(CORPUS.frame[index], 3, (list, at) => {
        if (FRAMES[list[at]].codebook === chosen.codebook) counts.set(list[at], (counts.get(list[at]) ?? 0) + 1);
      });
    }
    const frames = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 9).map(([frame]) => ({ frame, name: FRAMES[frame].name }));
    if (frames.length === 0) return body.replaceChildren(empty("None of these documents shows a frame of this codebook."));
    const outlets = outletGroups(found, 5);
    const shows = (documents, frame) => documents.filter((index) => holds(CORPUS.frame[index], 3, frame));
    const open = (frame, documents, where) => showEvidence({
      title: `${FRAMES[frame].name}${where}`,
      meaning: "Sentences that show the frame, with their scores.",
      documents: shows(documents, frame),
      find: (doc) => frameEvidence(doc, frame),
      narrow: { label: `Show only documents with this frame`, action: () => narrowTo("frame", frame, redraw) },
    });
    const table = intervalTable("Frames by outlet", outlets, frames, (y, x) => {
      const { documents, name } = outlets[x];
      const { frame } = frames[y];
      const hits = shows(documents, frame).length;
      const [low, high] = wilson(hits, documents.length);
      return {
        content: intervalCell({ value: hits / documents.length, low, high, min: 0, max: 1 }),
        told: `${hits.toLocaleString("en")} of ${documents.length.toLocaleString("en")}`,
        open: () => open(frame, documents, name === "All" ? "" : `, ${name}`),
      };
    });
    const parts = [table];
    if (steps !== null && steps.keys.length > 1) {
      if (!frames.some(({ frame }) => frame === chosen.frame)) chosen.frame = frames[0].frame;
      const groups = byStep(found, steps);
      const series = groups.map((documents) => {
        if (documents.length === 0) return null;
        const hits = shows(documents, chosen.frame).length;
        const [low, high] = wilson(hits, documents.length);
        return { value: hits / documents.length, low, high, label: `${hits} of ${count(documents.length, "document")} show it` };
      });
      parts.push(el("div", { class: "over-time" },
        choice("Over time", frames.map(({ frame, name }) => [frame, name]), chosen.frame, (value) => {
          chosen.frame = Number(value);
          draw();
        }),
        linesChart(`${FRAMES[chosen.frame].name} by ${steps.unit}`, steps, [series], { min: 0, max: 1, ticks: [0, 0.5, 1], format: percent },
          (_, at) => open(chosen.frame, groups[at], `, ${steps.name(steps.keys[at])}`))));
    }
    body.replaceChildren(...parts);
  };
  draw();
  return panel(title, "Share of documents that show the frame, as a whole or in a sentence. The line is its 95 % interval: the fewer documents, the wider. Press a value for its sentences.",
    books.length > 1 ? choice("Codebook", books.map((book) => [book, codebookName(book)]), chosen.codebook, (value) => {
      chosen.codebook = value;
      draw();
    }) : null, body);
}

/** Tones of documents towards an entity, as numbers in [−1, 1]. */
function tonesTowards(documents, entity) {
  const tones = [];
  for (const index of documents) {
    each(CORPUS.entity[index], 3, (list, at) => {
      if (list[at] === entity && list[at + 2] !== null) tones.push(list[at + 2] / 100);
    });
  }
  return tones;
}

const TONE_AXIS = { min: -1, max: 1, ticks: [-1, 0, 1], format: (tick) => (tick > 0 ? "positive" : tick < 0 ? "negative" : "0") };

function tonePanel(found, steps) {
  const title = "Tone towards actors";
  const toned = entityCounts(found).filter(({ entity }) => tonesTowards(found, entity).length > 0).slice(0, 60);
  if (toned.length === 0) return panel(title, null, empty("No tone was measured."));
  const known = toned.map(({ entity }) => entity);
  const isPerson = (entity) => ["PERSON", "PER", "ORG"].includes(ENTITIES[entity].label);
  const kept = (chosen.actors ?? []).filter((entity) => known.includes(entity));
  chosen.actors = kept.length > 0 ? kept : [...known.filter(isPerson), ...known].slice(0, 3);
  const body = el("div", { class: "stack" });
  const open = (entity, documents, where) => showEvidence({
    title: `${ENTITIES[entity].name}${where}`,
    meaning: "Sentences that name the actor, with the tone of the document towards it, from −1 to +1.",
    documents: namedIn(documents, entity),
    find: (doc) => {
      const [at] = entitiesIn(doc, entity);
      const tone = at === undefined ? null : doc.entities[at].tone;
      return mentionsIn(doc, entity).map((item) => ({ ...item, note: tone ? `tone ${signed(toneOf(tone))}` : null }));
    },
  });
  const draw = () => {
    const actors = chosen.actors.map((entity, at) => ({ entity, at, name: ENTITIES[entity].name }));
    const outlets = outletGroups(found, 5);
    const point = (documents, entity) => {
      const tones = tonesTowards(documents, entity);
      return tones.length === 0 ? null : { ...meanOf(tones), number: tones.length };
    };
    const picker = el("div", { class: "actors" },
      actors.map(({ entity, at, name }) => el("span", { class: "actor" }, seriesKey(at), name,
        actors.length > 1 ? button("×", () => {
          chosen.actors = chosen.actors.filter((other) => other !== entity);
          draw();
        }, { class: "quiet remove", "aria-label": `Remove ${name}` }) : null)),
      actors.length < SERIES.length ? choice("Add", [["", "Choose an actor"], ...known.filter((entity) => !chosen.actors.includes(entity)).map((entity) => [entity, entityOption(ENTITIES[entity])])], "", (value) => {
        if (value === "") return;
        chosen.actors = [...chosen.actors, Number(value)];
        draw();
      }) : null);
    const parts = [picker, intervalTable("Tone by outlet", outlets, actors, (y, x) => {
      const { entity } = actors[y];
      const { documents, name } = outlets[x];
      const there = point(documents, entity);
      if (there === null) return { content: null, told: "not named" };
      return {
        content: intervalCell({ value: there.mean, low: there.low, high: there.high, min: -1, max: 1 }),
        told: `${signed(there.mean)} in ${there.number.toLocaleString("en")}`,
        open: () => open(entity, documents, name === "All" ? "" : `, ${name}`),
      };
    })];
    if (steps !== null && steps.keys.length > 1) {
      const groups = byStep(found, steps);
      const points = actors.map(({ entity, name }) => groups.map((documents) => {
        const there = point(documents, entity);
        return there && { value: there.mean, low: there.low, high: there.high, label: `tone ${signed(there.mean)} towards ${name} in ${count(there.number, "document")}` };
      }));
      parts.push(linesChart(`Tone by ${steps.unit}`, steps, points, TONE_AXIS, (number, at) => open(actors[number].entity, groups[at], `, ${steps.name(steps.keys[at])}`)));
    }
    body.replaceChildren(...parts);
  };
  draw();
  return panel(title, "How documents speak of each: probability of a positive tone less that of a negative one, −1 to +1, as a mean over documents with its 95 % interval. A point without a line rests on one document.", body);
}

function stancesPanel(found) {
  const title = "Stances";
  const targets = new Map();
  for (const index of found) {
    each(CORPUS.stance[index], 4, (list, at) => targets.set(list[at + 1], (targets.get(list[at + 1]) ?? 0) + 1));
  }
  if (targets.size === 0) return panel(title, null, empty("No stance was found. Name the targets of stances with --target."));
  const sorted = [...targets].sort((a, b) => b[1] - a[1]).slice(0, 100);
  if (!targets.has(chosen.target)) [[chosen.target]] = sorted;
  const body = el("div", {});
  const draw = () => {
    const holders = new Map();
    for (const index of found) {
      each(CORPUS.stance[index], 4, (list, at) => {
        if (list[at + 1] !== chosen.target) return;
        const counts = holders.get(list[at]) ?? { holder: list[at], labels: [0, 0, 0], documents: [] };
        counts.labels[list[at + 2]] += 1;
        counts.documents.push(index);
        holders.set(list[at], counts);
      });
    }
    const size = ({ labels }) => labels.reduce((a, b) => a + b);
    const rows = [...holders.values()].sort((a, b) => (b.holder === -1) - (a.holder === -1) || size(b) - size(a)).slice(0, 12);
    body.replaceChildren(el("ul", { class: "plain splits" }, rows.map((row) => {
      const name = row.holder === -1 ? "The outlets themselves" : row.holder === -2 ? "Others" : ENTITIES[row.holder].name;
      return el("li", {}, el("p", { class: "split-label" }, el("b", {}, name), el("small", {}, STANCE_ORDER.flatMap((key, at) => (row.labels[at] > 0 ? [`${row.labels[at]} ${STANCES[key]}`] : [])).join(" · "))),
        splitBar(STANCE_ORDER.map((key, at) => ({
          value: row.labels[at],
          css: `stance-part-${key}`,
          label: `${name}, ${STANCES[key]}: ${row.labels[at]}`,
          open: () => showStances(row, key, name),
        }))));
    })));
  };
  draw();
  return panel(title, "Stances of outlets and of those they quote on the target, by document.",
    choice("Towards", sorted.map(([target, number]) => [target, `${CORPUS.targets[target]} (${number.toLocaleString("en")})`]), chosen.target, (value) => {
      chosen.target = Number(value);
      draw();
    }), el("p", { class: "legend" }, STANCE_ORDER.map((key) => el("span", {}, el("span", { class: `swatch stance-part-${key}` }), STANCES[key]))), body);
}

const STANCE_ORDER = ["favor", "neutral", "against"];

function showStances({ holder, documents }, label, name) {
  const target = CORPUS.targets[chosen.target];
  const holds = (doc, stance) => (holder === -1 ? stance.holder === null : stance.holder !== null && (corpusEntity(doc.entities[stance.holder]) ?? -2) === holder);
  return showEvidence({
    title: `${name}: ${STANCES[label]}`,
    meaning: `Sentences that show the stance towards ${target}.`,
    documents: [...new Set(documents)],
    find: (doc) => doc.stances.flatMap((stance, number) => (stance.target !== target || stance.label !== label || !holds(doc, stance) ? []
      : stance.evidence.map(([start, end]) => ({ start, end, to: `stance/${number}`, note: `score ${decimal(stance.score)}` })))),
  });
}

/** What a reader must know before trusting the rest. */
function statePanel(found) {
  const number = (test) => found.filter(test);
  const kinds = [
    ["failed", "no text was found", number((index) => CORPUS.status[index] === 2)],
    ["partial", "a step failed or saw only part of the text", number((index) => CORPUS.status[index] === 1)],
    ["repeated", "the same text as an earlier document, counted like the others", number((index) => CORPUS.duplicate[index] === 1)],
    ["without an outlet", "the page names none", number((index) => CORPUS.outlet[index] === null)],
    ["without a date", "not in the charts over time", number((index) => CORPUS.day[index] === null)],
  ].filter(([, , documents]) => documents.length > 0);
  const body = kinds.length === 0 ? empty("Every document was read in full, and has an outlet and a date.")
    : el("ul", { class: "plain" }, kinds.map(([name, meaning, documents]) => el("li", {},
      button(`${documents.length.toLocaleString("en")} ${name}`, () => showEvidence({
        title: `${documents.length.toLocaleString("en")} ${name}`, meaning: `Documents: ${meaning}.`, documents, find: leadOf,
      }), { class: "link" }), ` ${meaning}`)));
  return panel("About the data", null, body);
}

/** Documents shown at once in the list. */
const LISTED = 50;

const documentsView = () => filteredView("listing", "Documents", (found, told) => {
  const list = el("ol", { class: "plain documents" });
  const more = button("Show more", () => append(), { class: "quiet more" });
  let at = 0;
  const append = () => {
    list.append(...found.slice(at, at + LISTED).map(documentLine));
    at += LISTED;
    more.hidden = at >= found.length;
  };
  append();
  return [el("p", { class: "told" }, told), found.length === 0 ? empty("No document fits these filters. Clear one of them.") : list, more];
});

function documentLine(index) {
  const status = ["", "seen in part", "failed"][CORPUS.status[index]];
  const facts = [outletName(index), dateOf(index), count(CORPUS.words[index], "word"), count(CORPUS.quote[index].length / 3, "quotation")].filter(Boolean);
  return el("li", {},
    el("a", { href: `#/document/${index}` }, CORPUS.title[index]),
    el("p", { class: "meaning" }, facts.join(" · "),
      status ? el("b", { class: "alarm" }, ` ${status}`) : null,
      CORPUS.duplicate[index] === 1 ? el("b", {}, " duplicate") : null));
}
