//! Scores the differences between outlets in stories against coded ones.

use std::collections::{BTreeMap, HashMap, HashSet};

use pressmark_core::Tone;
use pressmark_jsonl::story::{Passage, Relation, Story};
use serde::Deserialize;
use serde_json::json;

use crate::Counts;
use crate::bench::Bench;
use crate::error::{Result, gold};
use crate::gold::{files, read};
use crate::stories::{Article, basil, read_stories};
use crate::table::{Column, Row, Table};

const COLUMNS: &[Column] = &[
    Column::Share("f1"),
    Column::Share("precision"),
    Column::Share("recall"),
    Column::Count("gold"),
    Column::Count("predicted"),
];

/// A coded difference.
#[derive(Deserialize)]
struct Line {
    event: String,
    kind: String,
    #[serde(default)]
    relation: String,
    #[serde(default)]
    versions: Vec<GoldVersion>,
    #[serde(default)]
    outlet: String,
    #[serde(default)]
    sentences: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    actor: String,
    #[serde(default)]
    tone: BTreeMap<String, Sign>,
}

/// Coded tone of an outlet towards an actor.
#[derive(Clone, Copy, Deserialize)]
enum Sign {
    #[serde(rename = "+")]
    Plus,
    #[serde(rename = "0")]
    Zero,
    #[serde(rename = "-")]
    Minus,
}

#[derive(Deserialize)]
struct GoldVersion {
    sentence: String,
}

/// A gold sentence: document id, and 0-based paragraph and sentence.
type Place = (String, usize, usize);
/// Two sentences, the lesser first.
type Pair = (Place, Place);

/// Articles by event and the first letter of their outlet, and the word set of each sentence.
struct Texts {
    articles: HashMap<(String, char), Article>,
    words: HashMap<String, Vec<(Place, HashSet<String>)>>,
}

/// Scores aligned sentences, facts, namings, exclusive passages, exclusively quoted speakers and tones against the
/// coded differences of BASIL's events.
///
/// `gold` is a folder with the codings (JSONL of `{event, kind, …}`) and BASIL's articles below it. Document ids in the
/// stories are the file names of the articles.
pub(crate) fn evaluate(bench: &mut Bench<'_>) -> Result<Table> {
    let lines = lines(bench)?;
    let texts = Texts::new(basil(bench.gold)?);
    let stories = read_stories(bench.options.annotated.as_deref())?;
    let events: HashSet<&str> = lines.iter().map(|line| &*line.event).collect();
    let coded_ids: HashSet<&str> = texts
        .articles
        .values()
        .filter(|article| events.contains(&*article.event))
        .map(|article| &*article.id)
        .collect();
    let coded: Vec<&Story> = stories
        .iter()
        .filter(|story| story.documents.iter().any(|document| coded_ids.contains(&*document.id)))
        .collect();
    let scorer = Scorer { lines: &lines, texts: &texts, stories: coded };
    let mut rows = scorer.pairs(bench)?;
    rows.extend(scorer.facts());
    rows.push(scorer.namings());
    rows.push(scorer.only());
    rows.push(scorer.quoted_only());
    rows.push(scorer.tones());
    let mut table = Table::new(COLUMNS, rows);
    table.notes.push(
        "the codings are not complete: two sentences that say the same without a coded value count as wrong, so \
         the precisions of pairs and namings are lower bounds"
            .to_owned(),
    );
    table.notes.push(
        "contradict: of the contradictions that were told in pairs that were coded, those coded so; \
         same told as contradict: precision is the share of coded pairs that are the same and were told as contradictions"
            .to_owned(),
    );
    table.notes.push("only: of each outlet, the first passages, as many as were coded".to_owned());
    Ok(table)
}

/// Reads the codings below the gold folder.
fn lines(bench: &Bench<'_>) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for path in files(bench.gold, &["jsonl"])? {
        for (number, text) in read(&path)?.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
            let place = format!("line {} of {}", number + 1, path.display());
            let line =
                serde_json::from_str(text).map_err(|error| gold(place, format!("is not a coded difference: {error}")));
            lines.extend(bench.keep(line)?);
        }
    }
    if lines.is_empty() { Err(gold(bench.gold.display(), "has no JSONL of coded differences")) } else { Ok(lines) }
}

impl Texts {
    fn new(articles: Vec<Article>) -> Self {
        let mut words = HashMap::new();
        for article in &articles {
            let mut sentences = Vec::new();
            for (p, paragraph) in article.paragraphs.iter().enumerate() {
                for (s, sentence) in paragraph.iter().enumerate() {
                    sentences.push(((article.id.clone(), p, s), word_set(sentence)));
                }
            }
            words.insert(article.id.clone(), sentences);
        }
        let letter = |outlet: &str| outlet.chars().next().unwrap_or_default().to_ascii_uppercase();
        let articles =
            articles.into_iter().map(|article| ((article.event.clone(), letter(&article.outlet)), article)).collect();
        Self { articles, words }
    }

    /// Resolves a sentence reference such as `F3.1` (outlet, 1-based paragraph and sentence) within an event.
    fn place(&self, event: &str, name: &str) -> Option<Place> {
        let article = self.articles.get(&(event.to_owned(), name.chars().next()?))?;
        let (paragraph, sentence) = name.get(1..)?.split_once('.')?;
        let number = |text: &str| text.parse::<usize>().ok()?.checked_sub(1);
        Some((article.id.clone(), number(paragraph)?, number(sentence)?))
    }

    /// The gold sentence that best matches a passage, since sentences may have been split differently.
    fn find(&self, passage: &Passage) -> Option<Place> {
        let words = word_set(&passage.text);
        let share = |sentence: &HashSet<String>| {
            let shared = words.intersection(sentence).count() as f64;
            shared / words.len().min(sentence.len()).max(1) as f64
                + shared / words.union(sentence).count().max(1) as f64
        };
        let sentences = self.words.get(&passage.document)?;
        let best = sentences.iter().max_by(|a, b| share(&a.1).total_cmp(&share(&b.1)))?;
        // Overlap coefficient plus Jaccard index, in [0, 2]; at least 1 is set by hand, to accept a part of a sentence.
        (share(&best.1) >= 1.0).then(|| best.0.clone())
    }

    fn pair(&self, a: &Passage, b: &Passage) -> Option<Pair> {
        self.find(a).zip(self.find(b)).map(|(a, b)| ordered(a, b))
    }
}

fn ordered(a: Place, b: Place) -> Pair {
    if a <= b { (a, b) } else { (b, a) }
}

fn word_set(text: &str) -> HashSet<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

struct Scorer<'a> {
    lines: &'a [Line],
    texts: &'a Texts,
    stories: Vec<&'a Story>,
}

impl Scorer<'_> {
    /// All pairs of versions of a coded line.
    fn pairs_of(&self, line: &Line) -> Vec<Pair> {
        let places: Vec<Place> =
            line.versions.iter().filter_map(|v| self.texts.place(&line.event, &v.sentence)).collect();
        let mut pairs = Vec::new();
        for (at, a) in places.iter().enumerate() {
            pairs.extend(places.iter().skip(at + 1).map(|b| ordered(a.clone(), b.clone())));
        }
        pairs
    }

    fn gold_pairs(&self, kind: &str) -> HashSet<Pair> {
        self.lines.iter().filter(|line| line.kind == kind).flat_map(|line| self.pairs_of(line)).collect()
    }

    /// Scores pairs of sentences that state the same, and coded lines of which at least one pair was found.
    fn pairs(&self, bench: &mut Bench<'_>) -> Result<Vec<Row>> {
        let (values, namings) = (self.gold_pairs("value"), self.gold_pairs("naming"));
        let mut told: HashSet<Pair> = HashSet::new();
        for aligned in self.stories.iter().flat_map(|story| &story.aligned) {
            let pair = self.texts.pair(&aligned.a, &aligned.b);
            let is_gold = pair.as_ref().is_some_and(|pair| values.contains(pair));
            bench.predict(&json!({ "a": aligned.a, "b": aligned.b, "score": aligned.score, "gold": is_gold }))?;
            told.extend(pair);
        }
        let right = told.iter().filter(|pair| values.contains(*pair)).count();
        let with_namings = told.iter().filter(|pair| values.contains(*pair) || namings.contains(*pair)).count();
        let lines: Vec<&Line> = self.lines.iter().filter(|line| line.kind == "value").collect();
        let found = lines.iter().filter(|line| self.pairs_of(line).iter().any(|pair| told.contains(pair))).count();
        let found_pairs = values.iter().filter(|pair| told.contains(*pair)).count();
        let counts = |right: usize, recalled: usize, gold: usize| Counts {
            right: right as f64,
            found: told.len() as f64,
            recalled: recalled as f64,
            gold: gold as f64,
        };
        Ok(vec![
            row("pairs", counts(right, found_pairs, values.len())),
            row("pairs, namings too", counts(with_namings, found_pairs, values.len())),
            row("value lines", counts(right, found, lines.len())),
        ])
    }

    /// Scores contradictions, and all relations, in coded pairs.
    fn facts(&self) -> Vec<Row> {
        let mut relations: HashMap<Pair, Vec<&str>> = HashMap::new();
        for line in self.lines.iter().filter(|line| line.kind == "value") {
            for pair in self.pairs_of(line) {
                relations.entry(pair).or_default().push(&line.relation);
            }
        }
        let (mut contradictions, mut coded, mut right, mut from_same) = (0, 0, 0, HashSet::new());
        let (mut any, mut any_right) = (0, 0);
        for fact in self.stories.iter().flat_map(|story| &story.facts) {
            let is_contradiction = fact.relation == Relation::Contradict;
            contradictions += usize::from(is_contradiction);
            let Some(pair) = self.texts.pair(&fact.a.sentence, &fact.b.sentence) else { continue };
            let Some(of_pair) = relations.get(&pair) else { continue };
            let name = match fact.relation {
                Relation::Contradict => "contradict",
                Relation::Finer => "finer",
                Relation::Same => "same",
            };
            any += 1;
            any_right += usize::from(of_pair.contains(&name));
            if is_contradiction {
                coded += 1;
                right += usize::from(of_pair.contains(&"contradict"));
                if of_pair.iter().all(|relation| *relation == "same") {
                    from_same.insert(pair);
                }
            }
        }
        let of = |name: &str| self.lines.iter().filter(|line| line.kind == "value" && line.relation == name).count();
        let all_same = relations.values().filter(|of_pair| of_pair.iter().all(|relation| *relation == "same")).count();
        let told = Row::new(
            "contradictions told",
            vec![f64::NAN, f64::NAN, f64::NAN, of("contradict") as f64, contradictions as f64],
        );
        vec![
            row("relation", Counts::whole(any_right, any, of("contradict") + of("finer") + of("same"))),
            row("contradict", Counts::whole(right, coded, of("contradict"))),
            told,
            row("same told as contradict", Counts::whole(from_same.len(), all_same, all_same)),
        ]
    }

    /// Scores namings by their sentences: each pair of versions counts.
    fn namings(&self) -> Row {
        let gold = self.gold_pairs("naming");
        let mut told: HashSet<Pair> = HashSet::new();
        for naming in self.stories.iter().flat_map(|story| &story.namings) {
            for (at, a) in naming.versions.iter().enumerate() {
                let others = naming.versions.iter().skip(at + 1);
                told.extend(others.filter_map(|b| self.texts.pair(&a.sentence, &b.sentence)));
            }
        }
        let right = told.iter().filter(|pair| gold.contains(*pair)).count();
        row("naming", Counts::whole(right, told.len(), gold.len()))
    }

    /// Scores exclusive passages: as many of each outlet's first ones as were coded.
    fn only(&self) -> Row {
        let mut golds: BTreeMap<(&str, &str), Vec<&Line>> = BTreeMap::new();
        for line in self.lines.iter().filter(|line| line.kind == "only") {
            golds.entry((&line.event, &line.outlet)).or_default().push(line);
        }
        let (mut right, mut found, mut recalled, mut gold) = (0, 0, 0, 0);
        for lines in golds.values() {
            let places: Vec<HashSet<Place>> = lines
                .iter()
                .map(|line| line.sentences.iter().filter_map(|name| self.texts.place(&line.event, name)).collect())
                .collect();
            let Some(document) = places.iter().flatten().next().map(|place| place.0.clone()) else { continue };
            let passages = self.stories.iter().flat_map(|story| &story.only);
            let of_document = passages.filter(|only| only.sentences.first().is_some_and(|p| p.document == document));
            let told: Vec<HashSet<Place>> = of_document
                .take(lines.len())
                .map(|only| only.sentences.iter().filter_map(|passage| self.texts.find(passage)).collect())
                .collect();
            let meets =
                |one: &HashSet<Place>, others: &[HashSet<Place>]| others.iter().any(|other| !one.is_disjoint(other));
            right += told.iter().filter(|one| meets(one, &places)).count();
            recalled += places.iter().filter(|one| meets(one, &told)).count();
            (found, gold) = (found + told.len(), gold + places.len());
        }
        let [right, found, recalled, gold] = [right, found, recalled, gold].map(|count| count as f64);
        row("only", Counts { right, found, recalled, gold })
    }

    /// Scores speakers quoted by a single outlet, compared by last name.
    fn quoted_only(&self) -> Row {
        let last = |name: &str| word_list(name).last().cloned().unwrap_or_default();
        let outlet_of = |line: &Line| {
            let letter = line.outlet.chars().next()?.to_ascii_uppercase();
            self.texts.articles.get(&(line.event.clone(), letter)).map(|article| article.id.clone())
        };
        let mut counts = Counts::default();
        for line in self.lines.iter().filter(|line| line.kind == "quoted_only") {
            let Some(document) = outlet_of(line) else { continue };
            let voices = self.stories.iter().flat_map(|story| &story.voices).filter(|voice| voice.only_here);
            let told: HashSet<String> = voices
                .filter(|voice| voice.passages.first().is_some_and(|passage| passage.document == document))
                .map(|voice| last(&voice.speaker))
                .collect();
            let gold: HashSet<String> = line.names.iter().map(|name| last(name)).collect();
            counts += Counts::whole(told.intersection(&gold).count(), told.len(), gold.len());
        }
        row("quoted_only", counts)
    }

    /// Scores an outlet's tone towards an actor: the share of matching labels among those reported.
    fn tones(&self) -> Row {
        let (mut right, mut told, mut gold) = (0, 0, 0);
        for line in self.lines.iter().filter(|line| line.kind == "tone") {
            let name = word_list(&line.actor);
            for (outlet, tone) in &line.tone {
                gold += 1;
                let letter = outlet.chars().next().unwrap_or_default().to_ascii_uppercase();
                let Some(article) = self.texts.articles.get(&(line.event.clone(), letter)) else { continue };
                let story = self.stories.iter().find(|story| story.documents.iter().any(|d| d.id == article.id));
                let Some(story) = story else { continue };
                let outlet = story.documents.iter().find(|d| d.id == article.id).map(|d| d.outlet.as_str());
                let actor = story.actors.iter().find(|actor| word_list(&actor.name).last() == name.last());
                let found = story.tones.iter().find(|tone| {
                    Some(tone.outlet.as_str()) == outlet && actor.is_some_and(|actor| actor.id == tone.actor)
                });
                let Some(found) = found else { continue };
                told += 1;
                let expected = match tone {
                    Sign::Plus => Tone::Positive,
                    Sign::Zero => Tone::Neutral,
                    Sign::Minus => Tone::Negative,
                };
                right += usize::from(found.label == expected);
            }
        }
        row("tone", Counts::whole(right, told, gold))
    }
}

fn word_list(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn row(name: &str, counts: Counts) -> Row {
    Row::new(name, vec![counts.f1(), counts.precision(), counts.recall(), counts.gold, counts.found])
}
