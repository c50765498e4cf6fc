// Elements from data: text only ever becomes text, so nothing that a document says is read as markup.

const SVG = "http://www.w3.org/2000/svg";

/** Sets attributes; `on…` are listeners, `null`, `undefined` and `false` are left out. */
function dress(node, attributes) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  return node;
}

/** Appends nodes and texts, however deep their lists are. */
function fill(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

const el = (tag, attributes, ...children) => fill(dress(document.createElement(tag), attributes), children);
const svg = (tag, attributes, ...children) => fill(dress(document.createElementNS(SVG, tag), attributes), children);

const byId = (id) => document.getElementById(id);

/** A button that looks like text or like a small control. */
const button = (label, onclick, attributes) => el("button", { type: "button", onclick, ...attributes }, label);

/** Says something to those who do not see it. */
function announce(text) {
  byId("announcer").textContent = text;
}

/** A section of a view with its heading and a line that says what its numbers mean. */
function panel(title, meaning, ...children) {
  const id = `panel-${title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;
  return el("section", { class: "panel", "aria-labelledby": id },
    el("h2", { id }, title),
    meaning ? el("p", { class: "meaning" }, meaning) : null,
    ...children);
}

const empty = (text) => el("p", { class: "empty" }, text);

/** A choice with its label. */
function choice(label, options, value, onchange, attributes) {
  const select = el("select", { onchange: (event) => onchange(event.target.value), ...attributes },
    options.map(([key, name]) => el("option", { value: key, selected: String(key) === String(value) }, name)));
  return el("label", { class: "choice" }, el("span", {}, label), select);
}

/** Follows the width of an element and draws anew when it changes. */
function drawn(draw, attributes) {
  const box = el("div", { class: "chart", ...attributes });
  let width = 0;
  new ResizeObserver(([entry]) => {
    const now = Math.round(entry.contentRect.width);
    if (now > 0 && now !== width) {
      width = now;
      box.replaceChildren(draw(width));
    }
  }).observe(box);
  return box;
}

/** Makes Enter and the space bar press what is no button by itself. */
function pressable(node, action) {
  node.addEventListener("click", action);
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      action(event);
    }
  });
  return node;
}
