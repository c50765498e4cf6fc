//! Scores the quotations of a folder of texts with brat attributions (`text/`, `attributions/`).
//!
//! `cargo run --release -p pressmark-quote --example polnear -- ../shared/data/quotes/polnear/dev`

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use pressmark_core::{Document, Stage};
use pressmark_quote::{KindScores, Options, QuoteFinder, Scores, read_brat};
use pressmark_tokenize::Splitter;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = env::args().skip(1);
    let folder = PathBuf::from(args.next().ok_or("name the folder that holds text/ and attributions/")?);
    // With a second argument, every difference in direct quotations is listed.
    let list = args.next();
    let finder = QuoteFinder::new(Options::default());
    let mut scores = Scores::default();
    let mut out = io::stdout().lock();
    for ann in sorted(&folder.join("attributions"))? {
        let Some(text) = text_of(&folder, &ann) else { continue };
        let mut doc = Document::from_text("polnear", fs::read_to_string(text)?);
        Splitter.run(&mut doc)?;
        finder.run(&mut doc)?;
        let gold = read_brat(&doc.text, &fs::read_to_string(&ann)?)?;
        if let Some(kind) = &list {
            differences(&mut out, &doc, &gold, kind)?;
        }
        scores.add(&doc, &gold);
    }
    writeln!(out, "{:9} {:>24} {:>24} {:>16} {:>16}", "", "exact P R F1", "overlap P R F1", "source", "cue")?;
    for (name, s) in
        [("direct", scores.direct), ("indirect", scores.indirect), ("mixed", scores.mixed), ("all", scores.all)]
    {
        line(&mut out, name, &s)?;
    }
    Ok(())
}

fn line(out: &mut impl Write, name: &str, s: &KindScores) -> io::Result<()> {
    let prf = |c: &pressmark_quote::Counts| format!("{:.3} {:.3} {:.3}", c.precision(), c.recall(), c.f1());
    let share = |s: &pressmark_quote::Share| format!("{:.3} ({:.3})", s.accuracy(), s.exact_accuracy());
    writeln!(
        out,
        "{name:9} {:>24} {:>24} {:>16} {:>16}   {} predicted, {} gold",
        prf(&s.exact),
        prf(&s.overlap),
        share(&s.source),
        share(&s.cue),
        s.exact.predicted,
        s.exact.gold
    )
}

fn differences(out: &mut impl Write, doc: &Document, gold: &[pressmark_quote::Gold], kind: &str) -> io::Result<()> {
    let flat = |s: &str| s.replace('\n', "¶");
    let near = |at: usize| {
        let (mut a, mut b) = (at.saturating_sub(90), (at + 160).min(doc.text.len()));
        while !doc.text.is_char_boundary(a) {
            a -= 1;
        }
        while !doc.text.is_char_boundary(b) {
            b += 1;
        }
        flat(&doc.text[a..b])
    };
    let wanted: Vec<_> =
        gold.iter().flat_map(|g| g.content.iter().filter(|c| c.1.as_str() == kind).map(move |s| (g, s.0))).collect();
    for (g, span) in &wanted {
        let hit = doc.quotes.iter().find(|q| q.kind.as_str() == kind && same(doc, q.span, *span));
        let source: String = g.source.iter().map(|s| doc.slice(*s)).collect::<Vec<_>>().join(" ‖ ");
        let cue: String = g.cue.iter().map(|s| doc.slice(*s)).collect::<Vec<_>>().join(" ‖ ");
        match hit {
            None => writeln!(
                out,
                "MISSED [{}]\n     by [{source}] cue [{cue}]\n     … {}",
                flat(doc.slice(*span)),
                near(span.start)
            )?,
            Some(q) => {
                let ours = q.speaker_span.map_or("-", |s| doc.slice(s));
                let right =
                    g.source.is_empty() || q.speaker_span.is_some_and(|s| g.source.iter().any(|o| o.overlaps(s)));
                if !right {
                    writeln!(
                        out,
                        "SPEAKER gold [{source}] ours [{}] cue [{cue}]\n     [{}]\n    … {}",
                        flat(ours),
                        flat(doc.slice(*span)),
                        near(span.end)
                    )?;
                }
            }
        }
    }
    for q in doc.quotes.iter().filter(|q| q.kind.as_str() == kind) {
        if !wanted.iter().any(|(_, s)| same(doc, *s, q.span)) {
            let part = |s: Option<pressmark_core::Span>| s.map_or("-", |s| doc.slice(s));
            let over: String = gold
                .iter()
                .filter(|g| g.content.iter().any(|c| c.0.overlaps(q.span)))
                .map(|g| {
                    format!(
                        "{}<{}>",
                        g.content[0].1.as_str(),
                        g.content.iter().map(|c| flat(doc.slice(c.0))).collect::<Vec<_>>().join(" ‖ ")
                    )
                })
                .collect();
            writeln!(
                out,
                "EXTRA [{}] over {over}\n     by [{}] cue [{}]\n     … {}",
                flat(doc.slice(q.span)),
                flat(part(q.speaker_span)),
                part(q.cue),
                near(q.span.start)
            )?;
        }
    }
    Ok(())
}

/// The same but for marks at the ends.
fn same(doc: &Document, a: pressmark_core::Span, b: pressmark_core::Span) -> bool {
    let bare = |s| doc.slice(s).trim_matches(|c: char| !c.is_alphanumeric());
    a.overlaps(b) && bare(a) == bare(b)
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// `text/NAME.txt` of `attributions/NAME_ANNOTATOR.ann`.
fn text_of(folder: &Path, ann: &Path) -> Option<PathBuf> {
    let stem = ann.file_stem()?.to_str()?;
    let path = |name: &str| Some(folder.join("text").join(format!("{name}.txt"))).filter(|p| p.exists());
    path(stem).or_else(|| path(stem.rsplit_once('_')?.0))
}
