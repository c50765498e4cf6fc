// The documents of the page.

function documentsView() {
  const line = (title, index) => el("li", {}, el("a", { href: `#/document/${index}` }, title), " ",
    el("small", {}, [outletName(index), dateOf(index)].filter(Boolean).join(" · ")));
  return { title: "Documents", node: el("ul", { class: "plain" }, CORPUS.title.map(line)) };
}
