// What ran, and what the numbers mean.

const MEANINGS = [
  ["Names", "A name belongs to one entity of its document when clustering finds that both mean the same person, organisation or place. Over several documents, entities are joined by name and type, and by an alias that only one of them has. Two people of one name are counted as one."],
  ["Tone", "How a passage speaks of somebody: the probability of a positive tone less that of a negative one, from −1 to +1, as the mean over all mentions in a document."],
  ["Quotations", "Word for word stands between quotation marks; reported speech does not. Words are counted with the marks."],
  ["Frames", "How a story is framed: the score says how strongly, from 0 to 1, for the article as a whole and for each of its sentences. A document shows a frame when it or one of its sentences has a score of 0.5 or more."],
  ["Stances", "Whether somebody is for or against something, judged from the sentences that bear on it."],
  ["Intervals", "The thin lines are 95 % intervals: Wilson’s for shares, Student’s t for means. They say how far a number could be off because so few documents were read, not how often the model errs. A single article says little, and its interval is wide."],
  ["Summary", "Sentences of the article, unchanged. The one ranked first is the most salient."],
];

function methodView() {
  const models = DATA.provenance.map((run) => el("div", { class: "table-box", tabindex: 0, role: "region", "aria-label": "Steps of a run" },
    el("table", {},
      el("caption", {}, `pressmark ${run.pressmark}`),
      el("thead", {}, el("tr", {}, ["Step", "Model", "Settings"].map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, run.stages.map((stage) => el("tr", {},
        el("th", { scope: "row" }, stageName(stage.stage)),
        el("td", {}, stage.model ?? "rules", stage.sha256 ? el("small", { class: "hash" }, ` ${stage.sha256.slice(0, 12)}…`) : null),
        el("td", {}, el("code", {}, stage.settings))))))));
  const node = el("div", { class: "method" },
    el("h1", {}, "What the numbers mean"),
    el("dl", { class: "meanings" }, MEANINGS.map(([name, text]) => [el("dt", {}, name), el("dd", {}, text)])),
    el("h2", {}, "What was left out of pages"),
    el("p", {}, "Menus, teasers, captions and the like are not part of an article’s text. Each document shows them on demand, with one of these reasons:"),
    el("details", {}, el("summary", {}, count(DATA.reasons.length, "reason")),
      el("dl", { class: "reasons" }, DATA.reasons.map(([name, text]) => [el("dt", {}, name), el("dd", {}, text)]))),
    el("h2", {}, "What ran"),
    models,
    el("p", { class: "meaning" }, `Page written by pressmark ${DATA.pressmark}. It makes no network requests.`));
  return { title: "Method", node };
}
