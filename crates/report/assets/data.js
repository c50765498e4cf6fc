// What the page holds, and documents when they are looked at.

const DATA = JSON.parse(byId("data").textContent);
const CORPUS = DATA.corpus;
const REASONS = new Map(DATA.reasons);
const SEVERITIES = new Map(DATA.problems);

/** Chunks of documents: promises by their numbers. */
const chunks = new Map();
const waiting = new Map();

// Files beside the page call this.
globalThis.pressmarkChunk = (kind, number, items) => {
  waiting.get(`${kind}-${number}`)?.(items);
  waiting.delete(`${kind}-${number}`);
};

/** A part of the data: from the page, or from its file. */
function readChunk(kind, number) {
  const name = `${kind}-${number}`;
  const node = byId(name);
  if (node !== null) {
    const items = JSON.parse(node.textContent);
    node.remove();
    return Promise.resolve(items);
  }
  return new Promise((resolve, reject) => {
    waiting.set(name, resolve);
    const fail = () => reject(new Error(`The file ${DATA.folder}/${name}.js cannot be read: the folder must stay beside the page.`));
    document.head.append(el("script", { src: `${encodeURIComponent(DATA.folder)}/${name}.js`, onerror: fail }));
  });
}

/** A document by its number in the page. */
async function documentAt(index) {
  const number = Math.floor(index / DATA.chunk);
  if (!chunks.has(number)) {
    chunks.set(number, readChunk("documents", number));
    // Files that were looked at long ago are let go: they can be read again.
    if (DATA.folder !== null && chunks.size > 40) chunks.delete(chunks.keys().next().value);
  }
  const doc = (await chunks.get(number))[index % DATA.chunk];
  doc.index = index;
  return doc;
}

const outletOf = (index) => (CORPUS.outlet[index] === null ? null : CORPUS.outlets[CORPUS.outlet[index]]);

/** The outlet, or what else tells documents apart. */
const outletName = (index) => outletOf(index) ?? "Outlet not named";

const dateOf = (index) => (CORPUS.day[index] === null ? "" : dayName(CORPUS.day[index]));

/** Numbers of the frames of a codebook, in the order of the codebook's list. */
const FRAMES = CORPUS.frames.map((text) => {
  const [codebook, label] = text.split("\t");
  return { codebook, label, name: frameName(label) };
});

const ENTITIES = CORPUS.entities.map(([name, label]) => ({ name, label }));

/** Calls `visit` with each group of `size` numbers of a flat list. */
function each(list, size, visit) {
  for (let at = 0; at < list.length; at += size) visit(list, at);
}

/** The sentence of a document that holds a place. */
function sentenceAt(doc, place) {
  let low = 0;
  let high = doc.sents.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (doc.sents[middle][1] <= place) low = middle + 1;
    else high = middle;
  }
  return low < doc.sents.length && doc.sents[low][0] <= place ? low : null;
}

/** The corpus' entities by the numbers that documents' entities have. */
const BY_NUMBER = new Map(CORPUS.entities.flatMap(([, , ...numbers], index) => numbers.map((number) => [number, index])));

/** Index in ENTITIES of an entity of a document; `undefined` where it is too rare to be in the list. */
const corpusEntity = (entity) => BY_NUMBER.get(entity.number);

/** Indices of the entities of a document that are one entity of the corpus. */
const entitiesIn = (doc, wanted) => doc.entities.flatMap((entity, at) => (corpusEntity(entity) === wanted ? [at] : []));
