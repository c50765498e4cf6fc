//! No cyclic dependencies between the files of a crate, so that each can be read after the ones it builds on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use pressmark_tests::root;

/// Types whose methods are spread over several files by topic, each of which refers back to the type: crate and module.
const SPREAD: &[(&str, &str)] = &[("lang", "language")];

/// A module as its path from the crate root, which is empty for the root.
pub(crate) type Module = Vec<String>;

/// The files of a crate as modules, with their code up to the tests, without comments.
pub(crate) fn modules(folder: &Path) -> BTreeMap<Module, String> {
    let mut found = BTreeMap::new();
    collect(folder, &Module::new(), &mut found);
    found
}

fn collect(folder: &Path, path: &Module, found: &mut BTreeMap<Module, String>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a crate has sources").filter_map(Result::ok).map(|entry| entry.path()).collect();
    entries.sort_unstable();
    for entry in entries {
        let name = entry.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let inner = [path.clone(), vec![name.clone()]].concat();
        if entry.is_dir() {
            collect(&entry, &inner, found);
        } else if entry.extension().is_some_and(|ending| ending == "rs") && name != "tests" {
            let module = if ["lib", "main", "mod"].contains(&&*name) { path.clone() } else { inner };
            let text = fs::read_to_string(&entry).expect("sources are text");
            found.insert(module, code(&text));
        }
    }
}

/// Expands the braces of a `use` tree into paths.
fn paths(tree: &str, before: &str, found: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((head, rest)) = tree.split_once('{') else {
        found.push(format!("{before}{}", tree.split(" as ").next().unwrap_or_default()));
        return;
    };
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let (mut depth, mut start) = (0_i32, 0);
    for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if !inner[start..at].trim().is_empty() {
                    paths(&inner[start..at], &format!("{before}{head}"), found);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

fn code(text: &str) -> String {
    let tests = ["#[cfg(test)]\nmod ", "#[cfg(test)]\nimpl"].iter().filter_map(|tests| text.find(tests)).min();
    let text = &text[..tests.unwrap_or(text.len())];
    text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

/// The paths of a file's `use` statements, and whether each is in an inline module.
fn uses(code: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for (before, statement) in code.split("use ").zip(code.split("use ").skip(1)) {
        let line = before.rsplit('\n').next().unwrap_or_default();
        let mut named = Vec::new();
        paths(statement.split(';').next().unwrap_or_default(), "", &mut named);
        found.extend(named.into_iter().map(|path| (path, line.starts_with(' '))));
    }
    found
}

/// The modules that the crate root's re-exports come from.
fn handed_on(all: &BTreeMap<Module, String>) -> BTreeMap<String, Module> {
    let of = |(path, _): (String, bool)| {
        let parts: Vec<String> = path.split("::").map(str::to_owned).skip_while(|part| part == "crate").collect();
        let (name, module) = parts.split_last()?;
        all.contains_key(module).then(|| (name.clone(), module.to_vec()))
    };
    uses(root_of(all)).into_iter().filter_map(of).filter(|(_, module)| !module.is_empty()).collect()
}

fn root_of(all: &BTreeMap<Module, String>) -> &str {
    all.get(&Module::new()).map_or("", String::as_str)
}

/// Whether the code defines an item with this name.
fn defines(code: &str, name: &str) -> bool {
    let kinds = ["fn", "struct", "enum", "trait", "type", "const", "static", "union", "mod", "macro_rules!"];
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    kinds.iter().any(|kind| code.split(&format!("{kind} {name}")).skip(1).any(ends))
}

/// The modules that a file refers to: in a `use`, by a path from the root, or by the name of a child.
fn named(
    module: &Module,
    code: &str,
    all: &BTreeMap<Module, String>,
    handed_on: &BTreeMap<String, Module>,
) -> BTreeSet<Module> {
    let mut found = uses(code);
    let is_of_name = |c: char| c.is_alphanumeric() || c == '_';
    for (at, _) in code.match_indices("::") {
        let first = code[..at].rsplit(|c| !is_of_name(c)).next().unwrap_or_default();
        let is_child = all.contains_key(&[module.clone(), vec![first.to_owned()]].concat());
        let is_first = !code[..at - first.len()].ends_with(':');
        if is_first && (is_child || ["crate", "super"].contains(&first)) {
            let rest: String = code[at..].chars().take_while(|&c| is_of_name(c) || c == ':').collect();
            // A path with braces is a `use`, which is expanded above.
            if !rest.ends_with(':') {
                found.push((format!("{first}{rest}"), false));
            }
        }
    }
    let resolve = |(path, is_inner): &(String, bool)| {
        let is_inner = *is_inner;
        let mut base: Module = Vec::new();
        let mut parts = path.split("::").map(str::trim).filter(|part| !part.is_empty()).peekable();
        match parts.next()? {
            "crate" => {}
            "self" => base.clone_from(module),
            // `super` in an inline module is this module.
            "super" if is_inner => base.clone_from(module),
            "super" => {
                base = module[..module.len().checked_sub(1)?].to_vec();
                while parts.next_if_eq(&"super").is_some() {
                    base.pop();
                }
            }
            // A child module by name.
            first if all.contains_key(&[module.clone(), vec![first.to_owned()]].concat()) => {
                base = [module.clone(), vec![first.to_owned()]].concat();
            }
            _ => return None,
        }
        for part in parts {
            let deeper = [base.clone(), vec![part.to_owned()]].concat();
            if !all.keys().any(|module| module.starts_with(&deeper)) {
                if base.is_empty() {
                    // A re-export of the root, or another crate.
                    match handed_on.get(part) {
                        Some(from) => base.clone_from(from),
                        None if defines(root_of(all), part) => {}
                        None => return None,
                    }
                }
                break;
            }
            base = deeper;
        }
        (base != *module && all.contains_key(&base)).then_some(base)
    };
    found.iter().filter_map(resolve).collect()
}

/// A cycle through a module, if there is one.
fn circle(from: &Module, arrows: &BTreeMap<&Module, BTreeSet<Module>>) -> Option<String> {
    let mut todo: Vec<Vec<&Module>> = arrows[from].iter().map(|to| vec![from, to]).collect();
    let mut seen = BTreeSet::new();
    while let Some(way) = todo.pop() {
        let last = way[way.len() - 1];
        if last == from {
            return Some(way.iter().map(|module| module.join("::")).collect::<Vec<_>>().join(" → "));
        }
        if seen.insert(last) {
            todo.extend(arrows[last].iter().map(|to| [way.clone(), vec![to]].concat()));
        }
    }
    None
}

#[test]
fn no_crate_has_a_circle_of_files() {
    let mut circles = Vec::new();
    let crates = fs::read_dir(root().join("crates")).expect("there are crates").filter_map(Result::ok);
    for sources in crates.map(|entry| entry.path().join("src")).filter(|sources| sources.is_dir()) {
        let all = modules(&sources);
        let handed_on = handed_on(&all);
        let name = sources.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        let is_spread = |module: &Module| SPREAD.contains(&(&*name, &*module.join("::")));
        let arrows: BTreeMap<&Module, BTreeSet<Module>> = all
            .iter()
            .map(|(module, code)| (module, named(module, code, &all, &handed_on)))
            .map(|(module, named)| (module, named.into_iter().filter(|m| !is_spread(m)).collect()))
            .collect();
        circles.extend(all.keys().filter_map(|m| circle(m, &arrows)).map(|c| format!("{name}: {c}")));
    }
    assert!(circles.is_empty(), "files stand on each other:\n{}", circles.join("\n"));
}
