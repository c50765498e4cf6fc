//! The whole page: what it contains, what it cannot contain, and where large documents go.

use std::fs;
use std::path::Path;

use pressmark_core::{Document, DropReason, Explanation, Segment, SegmentKind, Span};
use pressmark_jsonl::story::{self, Passage, Story};
use pressmark_jsonl::{Provenance, Record};
use pressmark_report::{Beside, Options, Report, Written};
use serde_json::Value;

fn written(folder: &Path, options: Options, documents: &[(&str, &str)]) -> (Written, String) {
    let path = folder.join("page.html");
    let mut report = Report::create(&path, options).expect("the path has a name");
    for (id, text) in documents {
        report
            .add(&Record::of(&Document::from_text(*id, *text), &Provenance::default()), Beside::default())
            .expect("files can be written");
    }
    let written = report.finish().expect("the page can be written");
    (written, fs::read_to_string(path).expect("the page is there"))
}

/// Parsed JSON of a script element.
fn element(page: &str, id: &str) -> Value {
    let (_, behind) = page.split_once(&format!("id=\"{id}\">")).unwrap_or_else(|| panic!("no element {id}"));
    let (json, _) = behind.split_once("</script>").expect("the element ends");
    serde_json::from_str(json).expect("the element holds JSON")
}

#[test]
fn markup_of_a_document_is_text_in_its_data_and_nothing_else() {
    let hostile = "</script><script>alert(1)</script><!-- {{script}} \u{2028} <img src=x onerror=alert(2)>";
    let folder = tempfile::tempdir().unwrap();
    let (_, page) = written(folder.path(), Options::default(), &[(hostile, hostile)]);
    assert_eq!(element(&page, "documents-0")[0]["text"], hostile);
    assert_eq!(element(&page, "data")["corpus"]["id"][0], hostile);
    assert!(!page.contains("<img") && !page.contains("<script>alert"));
    // The data, a chunk of documents and the script.
    assert_eq!(page.matches("</script>").count(), 3);
}

#[test]
fn places_are_counted_as_browsers_count() {
    let mut doc = Document::from_text("a", "😀 Rain fell. It stopped.");
    doc.explanations = Some(vec![Explanation::new("quote", Span::new(5, 9), "rule")]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    let mut report = Report::create(&path, Options::default()).unwrap();
    let beside = Beside::default().with_explanations(doc.explanations.as_deref().unwrap());
    report.add(&Record::of(&doc, &Provenance::default()), beside).unwrap();
    report.finish().unwrap();
    let found = element(&fs::read_to_string(path).unwrap(), "documents-0");
    assert_eq!(found[0]["why"][0]["at"], serde_json::json!([3, 7]));
    assert_eq!(found[0]["blocks"][0][1], 25);
}

#[test]
fn words_of_what_was_left_out_come_from_the_input_in_its_encoding() {
    let input = b"Menu \xA7 Home\nCaf\xE9 burns.";
    let mut doc = Document::from_text("a", "Café burns.");
    doc.source.encoding = "windows-1252".into();
    let kept = doc.segments.remove(0);
    let menu = Segment {
        span: None,
        raw: 0..11,
        kind: SegmentKind::Chrome,
        reason: Some(DropReason::Navigation),
        edits: Vec::new(),
    };
    doc.segments = vec![menu, kept];
    let record = Record::of(&doc, &Provenance::default());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    let mut report = Report::create(&path, Options::default()).unwrap();
    report.add(&record, Beside::default().with_input(input)).unwrap();
    report.add(&record, Beside::default()).unwrap();
    report.finish().unwrap();
    let found = element(&fs::read_to_string(path).unwrap(), "documents-0");
    assert_eq!(found[0]["dropped"][0]["words"], "Menu § Home");
    assert_eq!(found[0]["dropped"][0]["reason"], "navigation");
    assert_eq!(found[1]["dropped"][0]["words"], Value::Null);
}

#[test]
fn many_documents_stand_in_files_beside_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let texts: Vec<(String, String)> =
        (0..120).map(|n| (format!("d{n}"), format!("Story {n} of <b>the</b> day."))).collect();
    let documents: Vec<(&str, &str)> = texts.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    let mut options = Options::default();
    options.max_inline_bytes = 1000;
    let (files, page) = written(folder.path(), options, &documents);
    let data = folder.path().join("page-data");
    assert_eq!(files.folder.as_deref(), Some(&*data));
    assert_eq!(element(&page, "data")["folder"], "page-data");
    assert!(page.contains("'strict-dynamic'") && !page.contains("id=\"documents-0\""));
    let script = fs::read_to_string(data.join("documents-2.js")).unwrap();
    let json = script.strip_prefix("pressmarkChunk(\"documents\", 2, ").and_then(|s| s.strip_suffix(");\n")).unwrap();
    let chunk: Value = serde_json::from_str(json).unwrap();
    assert_eq!(
        (chunk.as_array().unwrap().len(), &chunk[19]["text"]),
        (20, &Value::from("Story 119 of <b>the</b> day."))
    );
    assert!(!data.join("documents-3.js").exists());

    // The next page with this name needs no files; none must remain.
    let (one, page) = written(folder.path(), Options::default(), &documents);
    assert_eq!((one.folder, data.exists()), (None, false));
    assert!(!page.contains("'strict-dynamic'"));
    assert_eq!(element(&page, "documents-2").as_array().unwrap().len(), 20);
}

#[test]
fn a_path_without_a_name_is_refused() {
    let error = Report::create("..", Options::default()).unwrap_err();
    assert_eq!(error.to_string(), ".. names no file to write the page to");
}

#[test]
fn a_story_names_documents_by_number_and_words_by_place() {
    let passage = |document: &str, start, end| Passage {
        document: document.into(),
        outlet: document.to_uppercase(),
        start,
        end,
        text: "not in the page: its place is".into(),
    };
    let document =
        |id: &str| story::Document { id: id.into(), outlet: id.to_uppercase(), ..story::Document::default() };
    let outlet =
        |id: &str| story::Outlet { name: id.to_uppercase(), documents: vec![id.into()], ..story::Outlet::default() };
    let only = |id: &str| story::Only {
        outlet: id.to_uppercase(),
        sentences: vec![passage(id, 0, 4)],
        ..story::Only::default()
    };
    let naming = |ids: [&str; 2]| {
        let version = |id: &str| story::Version { words: passage(id, 0, 4), sentence: passage(id, 0, 5) };
        story::Naming { versions: ids.map(version).into(), ..story::Naming::default() }
    };
    let told = Story {
        title: Some("Told twice".into()),
        namings: vec![naming(["gone", "b"]), naming(["b", "a"])],
        // The first document is not in the page.
        documents: ["gone", "b", "a"].map(document).into(),
        outlets: ["gone", "b", "a"].map(outlet).into(),
        only: ["gone", "b", "a"].map(only).into(),
        ..Story::default()
    };
    let alone = Story { documents: vec![document("a")], outlets: vec![outlet("a")], ..Story::default() };

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    let mut report = Report::create(&path, Options::default()).unwrap();
    for id in ["a", "b"] {
        report.add(&Record::of(&Document::from_text(id, "Rain."), &Provenance::default()), Beside::default()).unwrap();
    }
    report.add_story(&alone).unwrap();
    report.add_story(&told).unwrap();
    report.finish().unwrap();
    let page = fs::read_to_string(path).unwrap();
    let listed = &element(&page, "data")["stories"];
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    assert_eq!(listed[0]["title"], "Told twice");
    assert_eq!((&listed[0]["documents"], &listed[0]["outlets"]), (&2.into(), &2.into()));
    let story = &element(&page, "stories-0")[0];
    let numbers: Vec<_> = story["documents"].as_array().unwrap().iter().map(|document| &document["doc"]).collect();
    assert_eq!(numbers, [1, 0]);
    let outlets: Vec<_> = story["outlets"].as_array().unwrap().iter().map(|outlet| &outlet["name"]).collect();
    assert_eq!(outlets, ["B", "A"]);
    assert_eq!((&story["documents"][0]["outlet"], &story["only"][0]["outlet"]), (&0.into(), &0.into()));
    assert_eq!(story["only"][0]["sentences"], serde_json::json!([[1, 0, 4]]));
    let versions = |naming: &serde_json::Value| naming["versions"].as_array().map(Vec::len);
    assert_eq!(story["namings"].as_array().unwrap().iter().map(versions).collect::<Vec<_>>(), [Some(2)]);
    assert!(!page.contains("not in the page"));
}
