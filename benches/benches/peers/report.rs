//! The tables: medians over alternating rounds, as JSON and Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::machine::Machine;

/// Median, minimum and maximum over the rounds.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Spread {
    /// The spread of these values, one per round.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
        let middle = values.len() / 2;
        let median =
            if values.len().is_multiple_of(2) { (at(middle.wrapping_sub(1)) + at(middle)) / 2.0 } else { at(middle) };
        Self { median, least: at(0), most: at(values.len().wrapping_sub(1)) }
    }
}

/// Result of one contender on one case.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) case: String,
    pub(crate) threads: usize,
    pub(crate) contender: String,
    /// Units per second.
    pub(crate) rate: Spread,
    /// pressmark's speed relative to this contender in the same rounds; `None` for pressmark itself.
    pub(crate) ratio: Option<Spread>,
    pub(crate) rounds: usize,
    pub(crate) peak_mb: Option<f64>,
    /// Result of checking its answers.
    pub(crate) check: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Table {
    pub(crate) title: String,
    pub(crate) unit: &'static str,
    /// What was compared, and caveats.
    pub(crate) about: String,
    pub(crate) rows: Vec<Row>,
}

/// A target with its measurement.
#[derive(Debug, Serialize)]
pub(crate) struct Claim {
    pub(crate) claim: String,
    /// `None` for information only.
    pub(crate) target: Option<f64>,
    pub(crate) at_most: bool,
    pub(crate) measured: Option<f64>,
}

impl Claim {
    fn holds(&self) -> Option<bool> {
        let (got, target) = (self.measured?, self.target?);
        Some(if self.at_most { got <= target } else { got >= target })
    }
}

/// The complete results.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) date: String,
    pub(crate) commit: String,
    pub(crate) command: String,
    pub(crate) quick: bool,
    pub(crate) machine: Machine,
    pub(crate) versions: BTreeMap<String, String>,
    pub(crate) claims: Vec<Claim>,
    pub(crate) tables: Vec<Table>,
    /// Contenders that could not be started, with the reason.
    pub(crate) missing: BTreeMap<String, String>,
    pub(crate) seconds: f64,
}

/// Formats a number with a sensible number of digits.
pub(crate) fn short(number: f64) -> String {
    match number.abs() {
        n if !n.is_finite() => "–".to_owned(),
        n if n >= 10_000.0 => format!("{:.1}k", number / 1e3),
        n if n >= 100.0 => format!("{number:.0}"),
        n if n >= 10.0 => format!("{number:.1}"),
        _ => format!("{number:.2}"),
    }
}

fn spread(spread: &Spread) -> String {
    format!("{} ({}–{})", short(spread.median), short(spread.least), short(spread.most))
}

impl Table {
    /// The table in GitHub's Markdown.
    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("## {}\n\n{}\n\n", self.title, self.about);
        let memory = self.rows.iter().any(|row| row.peak_mb.is_some());
        let (head, rule) = if memory { (" peak MB |", "---:|") } else { ("", "") };
        let _ = writeln!(text, "| case | threads | contender | {} | pressmark is, times |{head} check |", self.unit);
        let _ = writeln!(text, "|---|---:|---|---:|---:|{rule}---|");
        for row in &self.rows {
            let ratio = row.ratio.as_ref().map_or_else(String::new, spread);
            let peak = row.peak_mb.map_or_else(|| " ".to_owned(), |mb| format!("{mb:.0}"));
            let peak = if memory { format!(" {peak} |") } else { String::new() };
            let (case, threads, contender, check) = (&row.case, row.threads, &row.contender, &row.check);
            let _ = writeln!(
                text,
                "| {case} | {threads} | {contender} | {} | {ratio} |{peak} {check} |",
                spread(&row.rate)
            );
        }
        text
    }
}

impl Report {
    pub(crate) fn markdown(&self) -> String {
        let Machine { cpu, cpus, memory_gb, kernel, load_before } = &self.machine;
        let mut text = format!(
            "# pressmark beside its peers\n\nMade by `{}` on {} at commit {}, in {:.0} seconds. Do not edit: run it again.\n\n\
             Machine: {cpu}, {cpus} CPUs, {memory_gb:.0} GB, Linux {kernel}; load average before the run {load_before}, which \
             on a quiet machine is near 0: where other work ran, single numbers are low and their spread is wide, \
             while ratios are of the same rounds.\n\n\
             Every contender is a process of its own with the same number of threads, pinned to the same CPUs, warmed \
             up by the run whose answer is checked, and timed in turns with the others. A cell gives the median of \
             the rounds and, in brackets, the least and the most; a ratio is taken round by round. Peak memory is \
             that of the contender's process.\n\n",
            self.command, self.date, self.commit, self.seconds
        );
        text.push_str("| what was to hold | at least | measured | |\n|---|---:|---:|---|\n");
        for claim in &self.claims {
            let measured = claim.measured.map_or_else(|| "not measured".to_owned(), short);
            let holds = claim.holds().map_or("", |holds| if holds { "holds" } else { "does not hold" });
            let target = claim.target.map_or_else(|| "–".to_owned(), short);
            let target = if claim.at_most { format!("at most {target}") } else { target };
            let _ = writeln!(text, "| {} | {target} | {measured} | {holds} |", claim.claim);
        }
        for table in &self.tables {
            text.push('\n');
            text.push_str(&table.markdown());
        }
        text.push_str("\n## Versions\n\n");
        for (name, version) in &self.versions {
            let _ = writeln!(text, "- {name} {version}");
        }
        for (name, why) in &self.missing {
            let _ = writeln!(text, "- {name} did not take part: {why}");
        }
        text
    }
}
