/// Sentences about everything and nothing: against them a similarity is judged high or low.
const BACKGROUND: &str = include_str!("../codebooks/background.txt");

/// The background sentences: the same for every codebook.
pub(crate) fn background<'a>() -> std::str::Lines<'a> {
    BACKGROUND.lines()
}
