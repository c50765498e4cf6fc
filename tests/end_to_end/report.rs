//! Reports as pages and in the terminal.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::command::{command, pressmark};
use serde_json::Value;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn annotated(folder: &Path, input: &str, options: &[&str]) -> String {
    let rows = folder.join("rows.jsonl").display().to_string();
    let output = pressmark(&[&["annotate", "--quiet", input, "-o", &rows], options].concat());
    assert!(output.status.code().is_some_and(|code| code < 2), "{}", text(&output.stderr));
    rows
}

fn report(args: &[&str]) -> Output {
    pressmark(&[&["report"], args].concat())
}

/// Parsed JSON of a script element of the page.
fn element(page: &Path, id: &str) -> Value {
    let page = fs::read_to_string(page).expect("the page is there");
    let (_, behind) = page.split_once(&format!("id=\"{id}\">")).expect("the element is there");
    let (json, _) = behind.split_once("</script>").expect("the element ends");
    serde_json::from_str(json).expect("the element holds JSON")
}

#[test]
fn a_page_holds_the_rows_and_the_words_that_were_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = annotated(folder.path(), "seeds/01-ferry-dispute.txt", &[]);
    let page = folder.path().join("page.html");
    let output = report(&[&rows, "--inputs", "seeds", "-o", page.to_str().expect("Unicode")]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stderr).starts_with("1 document in "), "{}", text(&output.stderr));
    let document = &element(&page, "documents-0")[0];
    assert!(document["text"].as_str().is_some_and(|text| text.contains("Halden Islands")));
    let dropped = document["dropped"].as_array().expect("a list");
    let share = dropped.iter().find(|block| block["reason"] == "share_bar").expect("buttons to share are left out");
    assert_eq!(share["words"], "Share on Facebook");
    // Boilerplate is shown, but not syntax that no reader would see.
    assert!(dropped.iter().all(|block| block["reason"] != "whitespace" && block["reason"] != "markup"));
    assert_eq!(document["why"], Value::Null);
}

#[test]
fn documents_of_one_event_are_a_story_of_the_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = annotated(folder.path(), "crates/report/samples/stories.jsonl", &[]);
    let page = folder.path().join("page.html");
    let output = report(&[&rows, "-o", page.to_str().expect("Unicode")]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let story = &element(&page, "stories-0")[0];
    assert!(story["outlets"].as_array().is_some_and(|outlets| outlets.len() > 3), "{}", story["outlets"]);
    // An agency's report, and the outlet that reprinted it.
    let copies = story["copies"].as_array().expect("a list");
    assert!(copies.iter().any(|copy| copy["from"] == 0 && copy["to"] == 5), "{copies:?}");

    // An explicit file of stories takes precedence.
    let told = folder.path().join("stories.jsonl");
    fs::write(&told, "").expect("it can be written");
    let told = told.to_str().expect("Unicode");
    let output = report(&[&rows, "--stories", told, "-o", page.to_str().expect("Unicode")]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(element(&page, "data")["stories"], Value::Array(Vec::new()));
}

#[test]
fn the_rules_come_with_explain_where_the_options_are_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = annotated(folder.path(), "seeds/09-museum-door.txt", &["--summary", "2"]);
    let page = folder.path().join("page.html");
    let args = [&rows, "--inputs", "seeds", "--explain", "-o", page.to_str().expect("Unicode")];
    let output = report(&args);
    assert!(text(&output.stderr).contains("1 document without explanations"), "{}", text(&output.stderr));
    let output = report(&[&args[..], &["--summary", "2"]].concat());
    assert!(!text(&output.stderr).contains("without explanations"), "{}", text(&output.stderr));
    let why = &element(&page, "documents-0")[0]["why"];
    assert!(why.as_array().is_some_and(|all| all.iter().any(|why| why["stage"] == "quote")), "{why}");
}

#[test]
fn a_line_that_is_no_row_is_left_out_and_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = annotated(folder.path(), "seeds/09-museum-door.txt", &[]);
    let mut lines = fs::read_to_string(&rows).expect("rows");
    lines.push_str("{\"schema\": \"other\"}\n");
    fs::write(&rows, lines).expect("it can be written");
    let page = folder.path().join("page.html").display().to_string();
    let output = report(&[&rows, "-o", &page]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("1 line skipped: line 2 of "), "{}", text(&output.stderr));

    // The page would replace its own input, or be made from nothing.
    let output = report(&[&rows, "-o", &rows, "--overwrite"]);
    assert_eq!(output.status.code(), Some(2));
    fs::write(&rows, "{}\n").expect("it can be written");
    let output = report(&[&rows, "-o", &page]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("there are no annotated documents in "), "{}", text(&output.stderr));

    // A foreign page is not overwritten without `--overwrite`.
    fs::write(&page, "<title>Mine</title>").expect("it can be written");
    let output = report(&[&rows, "-o", &page]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("already exists"), "{}", text(&output.stderr));
    assert_eq!(fs::read(&page).expect("a page"), b"<title>Mine</title>");
}

#[test]
fn inspect_writes_the_page_of_one_document() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.html");
    let output = pressmark(&["inspect", "seeds/06-agency.jsonl", "--html", page.to_str().expect("Unicode")]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "");
    let document = &element(&page, "documents-0")[0];
    assert_eq!(document["id"], "agency-0001");
    assert!(document["why"].as_array().is_some_and(|all| !all.is_empty()));
}

#[test]
fn inspect_keeps_to_the_width_and_breaks_no_word() {
    let inspect = |columns: &str| {
        let output = command(&["inspect", "seeds/04-court-ruling.html"]).env("COLUMNS", columns).output();
        text(&output.expect("the command runs").stdout)
    };
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (narrow, wide) = (inspect("40"), inspect("100"));
    for (text, width) in [(&narrow, 40), (&wide, 100)] {
        let longest = text.lines().max_by_key(|line| line.chars().count()).unwrap_or_default();
        assert!(longest.chars().count() <= width, "{longest:?}");
    }
    // The page's URL is wider than forty columns, and the only word that is split.
    let whole = |text: &str| words(text).concat();
    assert_eq!(whole(&narrow), whole(&wide));
    let cut = words(&narrow).len() - words(&wide).len();
    assert!(cut <= 1, "{cut} words are cut");
}

/// Input is never overwritten, by whatever path it is named.
#[test]
fn a_page_never_takes_the_place_of_what_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let rows = annotated(folder.path(), "seeds/01-ferry-dispute.txt", &[]);
    let article = path("article.txt");
    fs::copy(pressmark_tests::root().join("seeds/01-ferry-dispute.txt"), &article).expect("a copy");
    fs::hard_link(&rows, path("link.jsonl")).expect("a link");
    fs::hard_link(&article, path("link.html")).expect("a link");
    let here = path(".");
    let refused: [&[&str]; 5] = [
        &["report", &rows, "-o", &rows],
        &["report", &rows, "-o", &path("./rows.jsonl")],
        &["report", &rows, "-o", &path("link.jsonl")],
        &["report", &rows, "--inputs", &here, "-o", &article],
        &["inspect", &article, "--html", &path("link.html")],
    ];
    let read = || [&rows, &article].map(|path| fs::read(path).expect("it is there"));
    let before = read();
    for args in refused {
        let output = pressmark(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", text(&output.stderr));
        assert!(text(&output.stderr).contains("choose another output"), "{args:?}: {}", text(&output.stderr));
        assert!(before == read(), "{args:?}");
    }
}
