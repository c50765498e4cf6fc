//! `pressmark group` and the evaluation of its output, on the seeds and three reports of one event.

use std::fs;
use std::path::Path;

use crate::command::pressmark;
use serde_json::{Value, json};

fn run(args: &[&str]) -> (i32, String, String) {
    let output = pressmark(args);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// Three reports of one event, where the first copied the third (an agency's) except for a paragraph, and a report of
/// another event.
fn reports() -> Vec<Value> {
    let wire = [
        "HALDEN (Reuters) - Ferry crews in Halden walked out on Monday, which left 340 passengers in the terminal overnight.",
        "“We will stay out until the board talks to us,” said Ingrid Solberg, who leads the seamen’s union in the town.",
        "The Halden Harbour Board called the strike illegal and said that it would ask a court to end it this week.",
        "Ferries carry some four thousand people a day between Halden and the islands, most of them on their way to work.",
        "The last strike of the crews, six years ago, ended after eleven days when the board gave way on night shifts.",
    ];
    let copied = [wire[0], wire[1], wire[2], wire[4]].join("\n\n");
    let own = "Ingrid Solberg’s seamen’s union in Halden stopped the ferries on Monday, and 410 passengers were left in the \
               terminal overnight.\n\nThe Halden Harbour Board wants a court to end the strike.\n\nShopkeepers at the pier \
               gave blankets and soup to families, and a choir that was on its way home sang until midnight.";
    let other = "The copper price fell in London on Tuesday after mines in Chile said that they had ended their dispute with \
                 drivers of lorries.\n\nTraders had feared that smelters would run out of ore within days.";
    let report = |id: &str, site: &str, date: &str, title: &str, text: &str| json!({ "id": id, "site": site, "date": date, "title": title, "text": text });
    vec![
        report("wire", "Northern Wire", "2024-05-06T10:00:00Z", "Ferry crews in Halden walk out", &wire.join("\n\n")),
        report("post", "Halden Post", "2024-05-06T15:00:00Z", "Ferries stand still in Halden", &copied),
        report("mail", "Island Mail", "2024-05-07T06:00:00Z", "Strike strands hundreds at Halden’s terminal", own),
        report("copper", "Metal Daily", "2024-05-07T06:00:00Z", "Copper falls as drivers return", other),
    ]
}

fn write_lines(path: &Path, rows: &[Value]) {
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    fs::write(path, lines).expect("a file");
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect()
}

#[test]
fn three_reports_are_a_story_with_its_copy_and_its_contradiction() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a path in UTF-8").to_owned();
    write_lines(Path::new(&path("reports.jsonl")), &reports());
    let (code, _, message) = run(&["annotate", &path("reports.jsonl"), "-o", &path("rows.jsonl")]);
    assert_eq!(code, 0, "{message}");
    let (code, _, message) =
        run(&["group", &path("rows.jsonl"), "-o", &path("stories.jsonl"), "--rows", &path("grouped.jsonl")]);
    assert_eq!(code, 0, "{message}");
    assert!(message.contains("4 documents, 2 stories, 1 of them in two or more documents, 1 copies"), "{message}");

    let stories = lines(&fs::read_to_string(path("stories.jsonl")).expect("stories"));
    let story = &stories[0];
    let ids = |story: &Value| -> Vec<String> {
        story["documents"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|d| d["id"].as_str().map(str::to_owned))
            .collect()
    };
    assert_eq!(ids(story), ["wire", "post", "mail"]);
    assert_eq!(ids(&stories[1]), ["copper"]);
    let copy = &story["copies"][0];
    assert_eq!((&copy["from"], &copy["to"], &copy["order_is_known"]), (&json!("wire"), &json!("post"), &json!(true)));
    assert!(copy["share"].as_f64().expect("a share") > 0.8, "{copy}");
    assert_eq!(story["documents"][1]["copy_of"], "wire");
    assert_eq!(story["credits"][0]["source"], "Reuters");
    let facts = story["facts"].as_array().expect("facts");
    let contradiction = facts.iter().find(|fact| fact["relation"] == "contradict").expect("a contradiction");
    assert_eq!(contradiction["a"]["words"]["text"], "340 passengers");
    assert_eq!(contradiction["b"]["words"]["text"], "410 passengers");
    let only = story["only"].as_array().expect("passages").iter().find(|only| only["outlet"] == "Island Mail");
    assert!(only.expect("of the Mail")["sentences"].to_string().contains("choir"));

    // Each passage matches its code point offsets in the row's text.
    let rows = lines(&fs::read_to_string(path("grouped.jsonl")).expect("rows"));
    assert_eq!(
        rows.iter().map(|row| &row["story"]).collect::<Vec<_>>(),
        [&story["id"], &story["id"], &story["id"], &stories[1]["id"]]
    );
    let passage = &contradiction["b"]["sentence"];
    let row = rows.iter().find(|row| row["id"] == passage["document"]).expect("its row");
    let at = |key: &str| usize::try_from(passage[key].as_u64().expect("an offset")).expect("an offset");
    let text: String =
        row["text"].as_str().expect("a text").chars().skip(at("start")).take(at("end") - at("start")).collect();
    assert_eq!(passage["text"], text);

    // The same bytes from a stream; nothing is overwritten without `--overwrite`.
    let again = crate::command::command(&["group", "-", "-o", "-", "--quiet"])
        .stdin(fs::File::open(path("rows.jsonl")).expect("rows"))
        .output()
        .expect("the command runs");
    assert_eq!(again.stdout, fs::read(path("stories.jsonl")).expect("stories"));
    let (code, _, message) = run(&["group", &path("rows.jsonl"), "-o", &path("stories.jsonl")]);
    assert_eq!((code, message.contains("--overwrite")), (2, true), "{message}");
    let (code, _, message) = run(&["group", &path("rows.jsonl"), "-o", &path("rows.jsonl"), "--overwrite"]);
    assert_eq!(code, 2, "{message}");
    let (both, same) = (path("both.jsonl"), path("./both.jsonl"));
    let (code, _, message) = run(&["group", &path("rows.jsonl"), "-o", &both, "--rows", &same]);
    assert_eq!((code, message.contains("the same file")), (2, true), "{message}");
    assert!(!Path::new(&path("stories.jsonl.partial")).exists());

    let events: Vec<Value> = [("wire", "ferry"), ("post", "ferry"), ("mail", "ferry"), ("copper", "copper")]
        .map(|(id, event)| json!({ "id": id, "event": event }))
        .to_vec();
    write_lines(Path::new(&path("events.jsonl")), &events);
    let (code, table, message) =
        run(&["evaluate", "stories", &path("events.jsonl"), "--annotated", &path("stories.jsonl")]);
    assert_eq!(code, 0, "{message}");
    let table: Value = serde_json::from_str(&table).expect("JSON");
    assert_eq!((&table["rows"][0]["f1"], &table["rows"][0]["documents"]), (&json!(1.0), &json!(4.0)));
    let (code, _, message) = run(&["evaluate", "stories", &path("events.jsonl")]);
    assert_eq!((code, message.contains("--annotated")), (2, true), "{message}");
}

#[test]
fn what_is_no_row_is_refused_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.jsonl");
    fs::write(&path, "{\"schema\":\"other/1\"}\n").expect("a file");
    let (code, _, message) = run(&["group", path.to_str().expect("a path in UTF-8"), "-o", "-"]);
    assert_eq!(code, 2);
    assert!(message.contains("line 1 of"), "{message}");
    let (code, schema, _) = run(&["schema", "--stories"]);
    assert_eq!(code, 0);
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    assert_eq!(schema["title"], "pressmark-story/1");
}
