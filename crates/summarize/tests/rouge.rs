//! ROUGE agrees with the numbers of PyPI `rouge-score` 0.1.2 (`use_stemmer=False`), which are recorded below.

use pressmark_summarize::rouge::{Score, rouge, rouge_best};

/// Reference, summary, and precision, recall, F1 of rouge1, rouge2, rougeL and rougeLsum.
type Case = (&'static str, &'static str, [f64; 12]);

const CASES: [Case; 6] = [
    (
        "The ferry to Velmora sank at dawn.\nNobody was hurt, the harbour master said.",
        "At dawn the ferry sank.\nThe harbour master said nobody was hurt.\nTwo boats came.",
        [
            0.800000, 0.857143, 0.827586, 0.500000, 0.538462, 0.518519, 0.466667, 0.500000, 0.482759, 0.466667,
            0.500000, 0.482759,
        ],
    ),
    (
        "Prices rose 3.5% in May; rents didn't.",
        "In May, prices rose by 3.5 % while rents fell.\nRents didn't matter.",
        [
            0.642857, 1.000000, 0.782609, 0.384615, 0.625000, 0.476190, 0.500000, 0.777778, 0.608696, 0.500000,
            0.777778, 0.608696,
        ],
    ),
    (
        "a b c d e f\ng h c d\na a b",
        "c d a b\nb a f e\nc g d h a b c",
        [
            0.866667, 1.000000, 0.928571, 0.357143, 0.416667, 0.384615, 0.466667, 0.538462, 0.500000, 0.733333,
            0.846154, 0.785714,
        ],
    ),
    (
        "Łódź naïve CAFÉ opens",
        "The naïve café of Łódź opens\n\nagain",
        [
            0.625000, 1.000000, 0.769231, 0.285714, 0.500000, 0.363636, 0.500000, 0.800000, 0.615385, 0.500000,
            0.800000, 0.615385,
        ],
    ),
    ("Something", "...\n", [0.0; 12]),
    ("", "The text", [0.0; 12]),
];

fn values(scores: [Score; 4]) -> Vec<f64> {
    scores.iter().flat_map(|s| [s.precision, s.recall, s.f1]).collect()
}

#[test]
fn agrees_with_rouge_score() {
    for (reference, summary, expected) in CASES {
        let s = rouge(reference, summary);
        for (found, expected) in values([s.rouge1, s.rouge2, s.rouge_l, s.rouge_lsum]).into_iter().zip(expected) {
            assert!((found - expected).abs() < 5e-5, "{summary:?}: {found} for {expected} in {s:?}");
        }
    }
}

#[test]
fn the_best_reference_counts() {
    let references = ["Snow fell.".to_owned(), "The river rose.".to_owned()];
    assert_eq!(rouge_best(&references, "The river rose.").rouge_lsum.f1, 1.0);
    assert_eq!(rouge_best(&[], "The river rose.").rouge1.f1, 0.0);
}
