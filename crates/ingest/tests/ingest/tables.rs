//! Tables and records as people and programs really write them.

use pressmark_core::{Document, Status};
use pressmark_ingest::{Format, Inputs, Options, SkipReason};

use crate::{problems, read, stream};

const RAIN: &str = "Rain fell on Alder all night, and the river rose by a metre before the morning came.";
const WIND: &str = "Wind tore the roof off a barn near Sandoy, where two cows were hurt by falling beams.";

fn csv(table: &str) -> Vec<Document> {
    stream(table, &Options { format: Some(Format::Csv), ..Options::default() })
}

fn texts(docs: &[Document]) -> Vec<&str> {
    docs.iter().map(|doc| doc.text.as_str()).collect()
}

#[test]
fn a_column_of_running_text_is_the_text_whatever_its_name() {
    let docs = csv(&format!("key,Wortlaut\n1,\"{RAIN}\"\n"));
    assert_eq!((docs[0].text.as_str(), docs[0].extra.as_deref()), (RAIN, Some(r#"{"key":"1"}"#)));
    let line = serde_json::json!({ "kind": "x", "narrative": RAIN, "remark": "Short. Very." }).to_string();
    assert_eq!(read(Format::Jsonl, line).text, RAIN);
    // Neither an empty text, nor keywords, nor a long headline: those say what they are.
    let line = serde_json::json!({ "text": "", "remark": RAIN }).to_string();
    assert_eq!(problems(&read(Format::Jsonl, line)), ["empty"]);
    for name in ["title", "tags"] {
        let value = if name == "tags" { "heavy rain, high river, flood, ".repeat(4) } else { RAIN.to_owned() };
        let doc = read(Format::Jsonl, serde_json::json!({ name: value, "n": 1 }).to_string());
        assert!(doc.problems[0].message.starts_with("no field of text among"), "{:?}", doc.problems);
    }
}

#[test]
fn the_usual_names_of_columns_are_known_in_many_languages() {
    for (header, day) in [
        ("Headline,News,Published On", "2024-03-05"),
        ("post_title,post_content,post_date", "2024-03-05"),
        ("Заголовок,Текст,Дата", "05.03.2024"),
        ("标题,正文,日期", "2024-03-05"),
        ("Tytuł,Treść,Data publikacji", "2024-03-05"),
        ("Overskrift,Brødtekst,Dato", "05.03.2024"),
        ("BAŞLIK,METİN,TARİH", "05.03.2024"),
    ] {
        let docs = csv(&format!("{header}\nWet night,Rain fell.,{day}\n"));
        let said = (docs[0].meta.title.as_deref(), docs[0].meta.published.as_deref());
        assert_eq!(said, (Some("Wet night"), Some("2024-03-05")), "{header}");
        assert_eq!(docs[0].text, "Wet night\n\nRain fell.", "{header}");
    }
}

#[test]
fn a_first_row_of_running_text_is_no_header() {
    let docs = csv(&format!("News,\"{RAIN}\"\nNews,\"{WIND}\"\n"));
    assert_eq!(texts(&docs), [RAIN, WIND]);
}

#[test]
fn what_programs_write_for_nothing_is_nothing() {
    let docs =
        csv("id,title,author,date,url,text\n1,NaN,None,NaT,nan,Rain fell.\n2,Wet,[],,,\\N\n3,-,N/A,null,NULL,None\n");
    let (doc, meta) = (&docs[0], &docs[0].meta);
    assert_eq!((meta.title.as_deref(), meta.published.as_deref(), doc.source.url.as_deref()), (None, None, None));
    assert_eq!([meta.authors.len(), docs[1].meta.authors.len()], [0, 0]);
    assert!(!problems(doc).contains(&"unread_date"), "{:?}", doc.problems);
    assert_eq!([&docs[1], &docs[2]].map(problems), [["empty"], ["empty"]]);
    // Words that only contain one are words.
    let docs = csv("title,author,text\nNone too soon,Nan Keough,Null and void.\n");
    assert_eq!(docs[0].text, "None too soon\n\nNull and void.");
    assert_eq!(docs[0].meta.authors, ["Nan Keough"]);
}

#[test]
fn lists_of_authors_in_a_cell_are_read() {
    let both: &[&str] = &["Ada Okoye", "Paul O'Neill"];
    for (cell, authors) in [
        ("['Ada Okoye', \"Paul O'Neill\"]", both),
        (r#"["Ada Okoye", "Paul O'Neill"]"#, both),
        ("('Ada Okoye', 'Paul O\\'Neill')", both),
        ("[Ada Okoye, Paul O'Neill]", both),
        ("[{'name': 'Ada Okoye', 'id': '7'}, {'name': \"Paul O'Neill\"}]", both),
        ("Ada Okoye & Paul O'Neill", both),
        ("Ada Okoye/Paul O'Neill", both),
        ("Reuters/AP", &["Reuters/AP"]),
        ("{'name': 'Ada Okoye'}", &["Ada Okoye"]),
        ("['Ada Okoye',]", &["Ada Okoye"]),
        ("['nan']", &[]),
        ("(Reuters)", &["(Reuters)"]),
        ("Lind & Co", &["Lind & Co"]),
    ] {
        let docs = csv(&format!("author,text\n\"{}\",Rain fell.\n", cell.replace('"', "\"\"")));
        assert_eq!(docs[0].meta.authors, authors, "{cell}");
    }
}

#[test]
fn a_header_row_among_the_rows_is_no_article() {
    let table = "id,text\n1,Rain fell.\n\u{feff}id,text\n2,Wind rose.\n".as_bytes();
    let options = Options { format: Some(Format::Csv), ..Options::default() };
    let mut inputs = Inputs::from_reader("-", table, options).unwrap();
    assert_eq!(inputs.by_ref().count(), 2);
    let skipped = inputs.skipped();
    assert_eq!((skipped.len(), skipped[0].reason, skipped[0].count), (1, SkipReason::NotAnArticle, 1));
}

#[test]
fn empty_last_cells_may_be_missing_or_too_many() {
    let docs = csv("id,text,tags,note\n1,\"Rain fell.\"\n2,\"Wind rose.\",a\n3,Ice came.,,,,\n4,Snow lay.,,,,x\n5\n");
    assert_eq!(texts(&docs), ["Rain fell.", "Wind rose.", "Ice came.", "", ""]);
    assert_eq!(docs[3].problems[0].message, "line 5: row has 6 cells, the header 4");
    assert_eq!(docs[4].problems[0].message, "line 6: row has 1 cells, the header 4");
    // A line end in a text without quotes.
    let docs = csv(&format!("id,text,note\n1,{}\nand then,x\n", RAIN.replace(',', "")));
    assert!(docs.iter().all(|doc| doc.status() == Status::Failed), "{docs:?}");
}

#[test]
fn blanks_before_a_quote_belong_to_no_cell() {
    let docs = csv("id, title, text\n1, \"Wet, cold\", \"Rain fell,\nand \"\"hail\"\".\"\n2, Dry, \"Sun, all day.\"\n");
    assert_eq!(texts(&docs), ["Wet, cold\n\nRain fell,\n\nand \"hail\".", "Dry\n\nSun, all day."]);
}

fn json(file: &str, format: Format) -> Vec<Document> {
    stream(file, &Options { format: Some(format), ..Options::default() })
}

#[test]
fn fragments_of_markup_are_read_as_pages() {
    for (text, expected) in [
        (format!("{RAIN}<br><br>{WIND}"), format!("{RAIN}\n\n{WIND}")),
        (format!("{RAIN} A <a href='https://alder.example'>map</a> shows it."), format!("{RAIN} A map shows it.")),
        (format!("&lt;p&gt;{RAIN}&lt;/p&gt;&lt;p&gt;{WIND}&lt;/p&gt;"), format!("{RAIN}\n\n{WIND}")),
        (format!("<![CDATA[<p>{RAIN}</p><p>{WIND}</p>]]>"), format!("{RAIN}\n\n{WIND}")),
        (format!("{RAIN} It was <em>wet</em>.\n\n<b>{WIND}</b>"), format!("{RAIN} It was wet.\n\n{WIND}")),
        (format!("{RAIN} The clerk typed <b> and <none>."), format!("{RAIN} The clerk typed <b> and <none>.")),
    ] {
        let line = serde_json::json!({ "text": text }).to_string();
        assert_eq!(read(Format::Jsonl, line).text, expected);
    }
    let line = serde_json::json!({ "title": "<em>Rain</em> &amp;amp; wind", "text": RAIN }).to_string();
    let doc = read(Format::Jsonl, line);
    assert_eq!((doc.meta.title.as_deref(), doc.text), (Some("Rain & wind"), format!("Rain & wind\n\n{RAIN}")));
}

#[test]
fn json_is_read_whatever_its_layout() {
    let (rain, wind) = (serde_json::json!({ "text": RAIN }), serde_json::json!({ "text": WIND, "tags": [{ "t": 1 }] }));
    let pretty = |value: &serde_json::Value| serde_json::to_string_pretty(value).unwrap() + "\n";
    for file in [
        pretty(&rain) + &pretty(&wind),
        pretty(&serde_json::json!([rain, wind])),
        serde_json::json!([rain, wind]).to_string(),
        format!("{rain}\n{wind}\n"),
    ] {
        assert_eq!(texts(&json(&file, Format::Jsonl)), [RAIN, WIND], "{file}");
    }
    let keyed = serde_json::json!({ "n1": rain, "n2": wind });
    assert_eq!(texts(&json(&pretty(&keyed), Format::Json)), [RAIN, WIND]);
    let nested = serde_json::json!({ "article": rain, "author": { "name": "Ada Okoye", "description": WIND } });
    assert_eq!(texts(&json(&nested.to_string(), Format::Json)), [RAIN]);
}

#[test]
fn json_as_databases_and_programs_write_it_is_read() {
    let line = format!(
        r#"{{"_id": {{"$oid": "65e6"}}, "date": {{"$date": "2024-03-05T08:15:00Z"}}, "author": NaN, "n": -Infinity, "text": "{RAIN}"}}"#
    );
    let doc = read(Format::Jsonl, line);
    assert_eq!((doc.id.as_str(), doc.meta.published.as_deref()), ("65e6", Some("2024-03-05T08:15:00Z")));
    assert_eq!((doc.text.as_str(), doc.meta.authors.len()), (RAIN, 0));
    let blocks = serde_json::json!([{ "type": "h", "text": RAIN }, { "type": "img" }, { "type": "p", "text": WIND }]);
    let doc = read(Format::Jsonl, serde_json::json!({ "content": blocks }).to_string());
    assert_eq!(doc.text, format!("{RAIN}\n\n{WIND}"));
}

#[test]
fn a_delimiter_is_the_one_by_which_the_rows_agree() {
    let docs = csv(&format!("id;text (raw, as found, whole);headline\n1;{RAIN};Wet\n2;{WIND};Dry\n"));
    assert_eq!(texts(&docs), [format!("Wet\n\n{RAIN}"), format!("Dry\n\n{WIND}")]);
    let docs = csv("id,text,note (a;b;c;d)\n1,Rain fell; hail came.,x\n2,Wind rose.,y\n");
    assert_eq!(texts(&docs), ["Rain fell; hail came.", "Wind rose."]);
}

#[test]
fn lines_before_the_header_are_none_of_the_table() {
    let docs = csv(
        "Results for: \"Alder, rain\"\nExported 2024-03-07 10:15\n\nTitle,Date,Text\nWet,2024-03-05,Rain fell.\nx\n",
    );
    assert_eq!((docs.len(), docs[0].text.as_str()), (2, "Wet\n\nRain fell."));
    assert_eq!(docs[0].meta.published.as_deref(), Some("2024-03-05"));
    assert_eq!(docs[1].problems[0].message, "line 6: row has 1 cells, the header 3");
    // The header comes first here, and a row that names columns is a row.
    assert_eq!(csv("text,note\nRain fell.,x\ntitle,text\n").len(), 2);
}

#[test]
fn carriage_returns_alone_end_rows() {
    let docs = csv("id,text\r1,\"Rain fell, and hail.\"\r2,Wind rose.\r");
    assert_eq!(texts(&docs), ["Rain fell, and hail.", "Wind rose."]);
}

#[test]
fn quotes_may_be_escaped_by_a_backslash() {
    let docs = csv("id,text\n1,\"\\\"Rain,\\\" she said, \\\"and hail.\\\"\"\n2,\"Wind \"\"rose\"\".\"\n");
    assert_eq!(texts(&docs), ["\"Rain,\" she said, \"and hail.\"", "Wind \"rose\"."]);
}
