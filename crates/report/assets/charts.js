// Charts as SVG, drawn at the width that there is.

/** Time in steps that fit the span of the documents: days, weeks, months or years. */
function stepsOf(days) {
  const known = days.filter((day) => day !== null);
  if (known.length === 0) return null;
  const first = known.reduce((a, b) => Math.min(a, b));
  const last = known.reduce((a, b) => Math.max(a, b));
  const span = last - first;
  const month = (day) => {
    const date = new Date(day * DAY);
    return date.getUTCFullYear() * 12 + date.getUTCMonth();
  };
  const kinds = [
    ["day", (day) => day, dayName, (key) => dayName(key).replace(/ \d+$/, "")],
    // 1970-01-01 was a Thursday: weeks begin on Mondays.
    ["week", (day) => Math.floor((day + 3) / 7), (key) => `week of ${dayName(key * 7 - 3)}`, (key) => dayName(key * 7 - 3).replace(/ \d+$/, "")],
    ["month", month, (key) => `${MONTHS[key % 12]} ${Math.floor(key / 12)}`, (key) => (key % 12 === 0 ? `${MONTHS[0]} ${Math.floor(key / 12)}` : MONTHS[key % 12])],
    ["year", (day) => Math.floor(month(day) / 12), String, String],
  ];
  const [unit, of, name, short] = kinds[span <= 31 ? 0 : span <= 200 ? 1 : span <= 60 * 31 ? 2 : 3];
  const keys = [];
  for (let key = of(first); key <= of(last); key++) keys.push(key);
  return { unit, of, name, short, keys };
}

/** Which of the labels below a chart have room: the first always, then every n-th. */
function labelled(number, width, room) {
  const every = Math.max(1, Math.ceil(number / Math.max(1, Math.floor(width / room))));
  return (at) => at % every === 0;
}

/** A frame for values over time: gridlines, labels of both axes, and where a step and a value stand. */
function axes(width, height, steps, { min, max, ticks, format }) {
  const [left, right, top, bottom] = [64, 10, 10, 24];
  const inner = width - left - right;
  const room = inner / steps.keys.length;
  const x = (at) => left + room * (at + 0.5);
  const y = (value) => top + (height - top - bottom) * (1 - (value - min) / (max - min));
  const has = labelled(steps.keys.length, inner, 58);
  const grid = ticks.map((tick) => [
    svg("line", { x1: left, x2: width - right, y1: y(tick), y2: y(tick), class: tick === 0 ? "base" : "grid" }),
    svg("text", { x: left - 8, y: y(tick) + 4, class: "tick", "text-anchor": "end" }, format(tick)),
  ]);
  const below = steps.keys.map((key, at) => (has(at) ? svg("text", { x: x(at), y: height - 6, class: "tick", "text-anchor": "middle" }, steps.short(key)) : null));
  return { x, y, room, parts: [grid, below] };
}

/** Round numbers for an axis from 0. */
function roundTicks(most) {
  const rough = Math.max(1, most) / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough));
  const ticks = [];
  for (let tick = 0; tick < most + step; tick += step) ticks.push(tick);
  return ticks;
}

/** A mark of a chart that is a button. */
const mark = (label, action, ...children) => pressable(svg("g", { role: "button", tabindex: -1, "aria-label": label, class: "mark" }, svg("title", {}, label), children), action);

/** Columns over time. */
function columnsChart(label, steps, values, open) {
  return drawn((width) => {
    const height = 180;
    const ticks = roundTicks(Math.max(...values));
    const { x, y, room, parts } = axes(width, height, steps, { min: 0, max: ticks[ticks.length - 1], ticks, format: (tick) => tick.toLocaleString("en") });
    const bar = Math.max(2, Math.min(44, room * 0.72));
    const chart = svg("svg", { width, height, role: "group", "aria-label": label }, parts, values.map((value, at) => (value === 0 ? null
      : mark(`${steps.name(steps.keys[at])}: ${count(value, "document")}`, () => open(at),
        svg("rect", { x: x(at) - room / 2, y: y(ticks[ticks.length - 1]), width: room, height: y(0) - y(ticks[ticks.length - 1]), class: "target" }),
        svg("rect", { x: x(at) - bar / 2, y: y(value), width: bar, height: y(0) - y(value), class: "column" })))));
    rove(chart);
    return chart;
  });
}

/** Shapes of the series of a chart, so that they differ without colour. */
const SERIES = [
  (x, y) => svg("circle", { cx: x, cy: y, r: 4.5 }),
  (x, y) => svg("rect", { x: x - 4, y: y - 4, width: 8, height: 8 }),
  (x, y) => svg("path", { d: `M${x} ${y - 5.5}L${x + 5.5} ${y + 4}H${x - 5.5}Z` }),
  (x, y) => svg("path", { d: `M${x} ${y - 6}L${x + 6} ${y}L${x} ${y + 6}L${x - 6} ${y}Z` }),
];

const seriesKey = (at) => svg("svg", { width: 14, height: 14, class: `series series-${at}`, "aria-hidden": "true" }, SERIES[at](7, 7));

/** Values with intervals over time, a line for each series; `points[series][step]` is `{value, low, high, label}` or null. */
function linesChart(label, steps, points, range, open) {
  return drawn((width) => {
    const height = 220;
    const { x, y, room, parts } = axes(width, height, steps, range);
    const shift = Math.min(14, room / (points.length + 1));
    const drawnSeries = points.map((series, number) => {
      const at = (step) => x(step) + (number - (points.length - 1) / 2) * shift;
      const there = series.flatMap((point, step) => (point === null ? [] : [step]));
      const path = there.map((step, nth) => `${nth > 0 && there[nth - 1] === step - 1 ? "L" : "M"}${at(step)} ${y(series[step].value)}`).join("");
      return svg("g", { class: `series series-${number}` },
        svg("path", { d: path || "M0 0", class: "path" }),
        there.map((step) => {
          const { value, low, high, label: told } = series[step];
          return mark(`${steps.name(steps.keys[step])}: ${told}`, () => open(number, step),
            low === null ? null : svg("line", { x1: at(step), x2: at(step), y1: y(low), y2: y(high), class: "whisker" }),
            svg("circle", { cx: at(step), cy: y(value), r: 11, class: "target" }),
            SERIES[number](at(step), y(value)));
        }));
    });
    const chart = svg("svg", { width, height, role: "group", "aria-label": label }, parts, drawnSeries);
    rove(chart);
    return chart;
  });
}

/** One value with its interval on a short scale, for a cell of a table. */
function intervalCell({ value, low, high, min, max }) {
  const width = 104;
  const height = 20;
  const x = (number) => 6 + (width - 12) * ((number - min) / (max - min));
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "interval", "aria-hidden": "true" },
    svg("line", { x1: x(min), x2: x(max), y1: 10, y2: 10, class: "grid" }),
    min < 0 ? svg("line", { x1: x(0), x2: x(0), y1: 3, y2: 17, class: "base" }) : null,
    low === null ? null : svg("line", { x1: x(low), x2: x(high), y1: 10, y2: 10, class: "whisker" }),
    svg("circle", { cx: x(value), cy: 10, r: 4.5, class: "dot" }));
}

/** A table of values with intervals: rows by columns, every cell a button. */
function intervalTable(caption, columns, rows, cell) {
  return el("div", { class: "table-box", tabindex: 0, role: "region", "aria-label": caption },
    el("table", { class: "intervals" },
      el("caption", { class: "unseen" }, caption),
      el("thead", {}, el("tr", {}, el("td", {}), columns.map(({ name, note }) => el("th", { scope: "col" }, name, el("small", {}, note))))),
      el("tbody", {}, rows.map((row, y) => el("tr", {}, el("th", { scope: "row" }, row.name),
        columns.map((column, x) => {
          const { content, told, open } = cell(y, x);
          return el("td", {}, content === null ? el("span", { class: "none" }, told)
            : button([content, el("small", {}, told)], open, { class: "cell", "aria-label": `${row.name}, ${column.name}: ${told}` }));
        }))))));
}

/** Shares of a whole, each a button. */
function splitBar(parts) {
  return el("div", { class: "split split-wide" }, parts.filter(({ value }) => value > 0).map(({ value, css, label, open }) => {
    const node = button("", open, { class: `part ${css}`, "aria-label": label, title: label });
    node.style.flexGrow = value;
    return node;
  }));
}
