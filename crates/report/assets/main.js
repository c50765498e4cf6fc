// Which view is shown, and the switch between light and dark.

const VIEWS = [
  ["stories", "Stories", () => STORIES.length > 0],
  ["corpus", "Overview", () => DATA.documents > 1],
  ["documents", "Documents", () => DATA.documents > 1],
  ["method", "Method", () => true],
];

/** `#/document/12/quote/3` → its parts. */
function route() {
  const parts = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  if (parts[0] !== "") return parts;
  const open = DATA.open === null ? -1 : CORPUS.id.indexOf(DATA.open);
  if (open >= 0) return ["document", String(open)];
  // One story and little else: the page is about it.
  if (STORIES.length === 1 && STORIES[0].documents * 2 > DATA.documents) return ["story", "0"];
  return DATA.documents === 1 ? ["document", "0"] : [VIEWS.slice(1).find(([, , has]) => has())[0]];
}

async function viewOf([name, first, kind, number]) {
  if (name === "document") {
    const index = Number(first);
    if (!(index >= 0 && index < DATA.documents)) return { title: "Not found", node: empty("There is no document with this number.") };
    return documentView(index, kind ? { kind, number: kind === "place" ? number : Number(number) } : null);
  }
  if (name === "story" && STORIES[Number(first)]) return storyView(Number(first));
  if (name === "stories") return storiesView();
  if (name === "documents") return documentsView();
  if (name === "method") return methodView();
  return corpusView();
}

let turn = 0;

async function show() {
  const mine = ++turn;
  const parts = route();
  const main = byId("main");
  closeEvidence();
  drawNavigation(parts);
  try {
    const view = await viewOf(parts);
    if (mine !== turn) return;
    main.replaceChildren(view.node);
    document.title = `${view.title} – ${DATA.title}`;
    scrollTo(0, 0);
    if (mine > 1) main.focus({ preventScroll: true });
    view.entered?.();
  } catch (error) {
    main.replaceChildren(el("p", { class: "failure", role: "alert" }, error.message));
    throw error;
  }
}

function drawNavigation([name, first]) {
  const current = { document: "documents", story: "stories" }[name] ?? name;
  const links = VIEWS.filter(([, , has]) => has()).map(([key, label]) =>
    el("a", { href: `#/${key}`, "aria-current": key === current ? "page" : null }, label));
  if (name === "document" && DATA.documents > 1) {
    const index = Number(first);
    const step = (to, label, sign) => (to >= 0 && to < DATA.documents ? el("a", { href: `#/document/${to}`, class: "step", "aria-label": label }, sign) : null);
    links.push(el("span", { class: "steps" }, step(index - 1, "Previous document", "←"), step(index + 1, "Next document", "→")));
  }
  byId("views").replaceChildren(...links);
}

function startTheme() {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try {
    chosen = localStorage.getItem("pressmark-theme");
  } catch {
    // A page from disk may have no storage: the choice then lasts as long as the page.
  }
  const isDark = () => (chosen ? chosen === "dark" : dark.matches);
  const apply = () => {
    root.dataset.theme = isDark() ? "dark" : "light";
    byId("theme").textContent = isDark() ? "Light" : "Dark";
    byId("theme").setAttribute("aria-label", isDark() ? "Switch to light colours" : "Switch to dark colours");
  };
  byId("theme").addEventListener("click", () => {
    chosen = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("pressmark-theme", chosen);
    } catch {
      // As above.
    }
    apply();
  });
  dark.addEventListener("change", apply);
  apply();
}

startTheme();
// An address of its own would lead away from the view.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("main").focus();
});
// What a reader opened in the article is printed; a print shows no closed part.
addEventListener("beforeprint", () => { for (const part of document.querySelectorAll("details")) part.open = true; });
addEventListener("hashchange", show);
show();
