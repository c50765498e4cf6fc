/// Generic sentences about many subjects, the baseline that similarities are standardised against.
const BACKGROUND: &str = include_str!("../codebooks/background.txt");

/// The background sentences, the same for every codebook.
pub(crate) fn background<'a>() -> std::str::Lines<'a> {
    BACKGROUND.lines()
}
