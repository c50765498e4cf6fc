// What labels and numbers are called in plain English.

/** Entity types: their name, their plural, and the shape that tells them apart without colour. */
const TYPES = new Map([
  ["PERSON", ["Person", "People", "●"]],
  ["PER", ["Person", "People", "●"]],
  ["ORG", ["Organisation", "Organisations", "■"]],
  ["LOC", ["Place", "Places", "▲"]],
  ["FAC", ["Facility", "Facilities", "◆"]],
  ["NORP", ["Nationality or group", "Nationalities and groups", "★"]],
  ["PRODUCT", ["Product", "Products", "▼"]],
  ["DATE", ["Date", "Dates", "○"]],
  ["MONEY", ["Amount of money", "Amounts of money", "□"]],
  ["MISC", ["Other name", "Other names", "◇"]],
]);

/** A label of a codebook of terms is a type of its own. */
function typeOf(label) {
  const [one, many, shape] = TYPES.get(label) ?? [sentenceCase(label), sentenceCase(label), "✦"];
  return { one, many, shape, css: `type-${TYPES.has(label) ? label : "TERM"}` };
}

function sentenceCase(name) {
  const words = name.replace(/[_-]+/g, " ").trim().toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const CODEBOOKS = new Map([
  ["policy-frames", "Policy frames"],
  ["news-frames", "News frames"],
  ["climate-frames", "Climate frames"],
  ["gun-violence-frames", "Gun violence frames"],
]);

/** `policy-frames 1` → `Policy frames`. */
function codebookName(id) {
  const name = id.replace(/ \S+$/, "");
  return CODEBOOKS.get(name) ?? sentenceCase(name);
}

const frameName = (label) => sentenceCase(label).replace(" and defense", " and defence");

const LANGUAGES = typeof Intl.DisplayNames === "function" ? new Intl.DisplayNames(["en"], { type: "language" }) : null;

function languageName(code) {
  try {
    return LANGUAGES?.of(code) ?? code;
  } catch {
    return code;
  }
}

const QUOTE_KINDS = {
  direct: "word for word",
  indirect: "reported",
  mixed: "partly word for word",
};

const STANCES = { favor: "in favour", neutral: "neutral", against: "against" };

const STAGES = {
  ingest: "Reading the page",
  tokenize: "Sentences and words",
  encoder: "Language model",
  ner: "Names",
  quote: "Quotations",
  summarize: "Summary",
  frames: "Frames",
  sentiment: "Tone",
  stance: "Stances",
};

const stageName = (stage) => STAGES[stage] ?? sentenceCase(stage);

const count = (number, noun, plural) => `${number.toLocaleString("en")} ${number === 1 ? noun : plural ?? `${noun}s`}`;

const percent = (share) => `${Math.round(share * 100)} %`;

/** A score with two decimals; a true minus sign. */
const decimal = (number) => number.toFixed(2).replace("-", "−");

const signed = (number) => (number > 0.005 ? "+" : "") + decimal(Math.abs(number) < 0.005 ? 0 : number);

/** The tone as one number in [−1, 1]: how much more positive than negative. */
const toneOf = ([positive, , negative]) => positive - negative;

const DAY = 86400000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A day since 1970 as `14 May 2024`. */
function dayName(day) {
  const date = new Date(day * DAY);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** `2024-05-14T08:30:00+02:00` as `14 May 2024, 08:30`, in the time of the page. */
function published(text) {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d))?/.exec(text ?? "");
  if (!match) return text ?? "";
  const [, year, month, day, time] = match;
  return `${Number(day)} ${MONTHS[month - 1]} ${year}${time && time !== "00:00" ? `, ${time}` : ""}`;
}

const shortened = (text, length) => (text.length > length ? `${text.slice(0, length - 1).trimEnd()}…` : text);

/** The 95 % interval of a share (Wilson 1927): wide where documents are few, never outside of [0, 1]. */
function wilson(hits, all) {
  if (all === 0) return [0, 1];
  const z = 1.96;
  const share = hits / all;
  const centre = share + (z * z) / (2 * all);
  const spread = z * Math.sqrt((share * (1 - share)) / all + (z * z) / (4 * all * all));
  const scale = 1 + (z * z) / all;
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}

/** The mean, and its 95 % interval where there are at least two values. */
function meanOf(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, low: null, high: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  // Student's t for small samples, by its usual approximation from the normal quantile.
  const freedom = values.length - 1;
  const t = freedom === 1 ? 12.71 : freedom === 2 ? 4.3 : 1.96 + 2.4 / (freedom - 0.6);
  const spread = t * Math.sqrt(variance / values.length);
  return { mean, low: Math.max(-1, mean - spread), high: Math.min(1, mean + spread) };
}
