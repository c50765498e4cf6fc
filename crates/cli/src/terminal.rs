use std::borrow::Cow;
use std::io::Write;

use anstyle::AnsiColor;

/// Maximum characters of a line in an error. Set by hand: messages quote input, and a hostile file may have very long
/// lines.
const LONGEST_LINE: usize = 400;

/// Prints an error on standard error.
pub(crate) fn complain(message: &str) {
    let style = AnsiColor::Red.on_default().bold();
    let _ = writeln!(anstream::stderr(), "{style}error:{style:#} {}", shortened(&clean(message)));
}

/// Cuts overlong lines.
fn shortened(text: &str) -> String {
    let line = |line: &str| match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Prints a message on standard error.
pub(crate) fn say(message: &str) {
    let _ = writeln!(anstream::stderr(), "{}", clean(message));
}

/// Replaces what could control a terminal by U+FFFD: control characters except line feeds and tabs, and bidirectional
/// formatting characters.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let obeyed = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    if text.contains(obeyed) {
        text.chars().map(|c| if obeyed(c) { '\u{FFFD}' } else { c }).collect::<String>().into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut() {
        assert_eq!(shortened("short\nlines"), "short\nlines");
        assert_eq!(shortened(&"é".repeat(500)).chars().count(), LONGEST_LINE + 1);
    }

    #[test]
    fn a_document_cannot_speak_to_the_terminal() {
        assert_eq!(clean("a\u{1b}[31mred\u{7}\r\n\tb\u{202e}c"), "a\u{FFFD}[31mred\u{FFFD}\u{FFFD}\n\tb\u{FFFD}c");
        assert!(matches!(clean("déjà\nvu"), Cow::Borrowed(_)));
    }
}
