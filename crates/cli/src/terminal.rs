use std::borrow::Cow;
use std::io::Write;

use anstyle::{AnsiColor, Style};

/// Says what went wrong, on standard error.
pub(crate) fn complain(message: &str) {
    let style = AnsiColor::Red.on_default().bold();
    let _ = writeln!(anstream::stderr(), "{style}error:{style:#} {}", clean(message));
}

/// Says something for a person, on standard error.
pub(crate) fn say(message: &str) {
    let _ = writeln!(anstream::stderr(), "{}", clean(message));
}

/// Text from outside without what a terminal would obey: control characters but line feeds and
/// tabs, and the marks that turn the direction of writing.
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

/// Text between a style's codes.
pub(crate) fn styled(text: &str, style: Style) -> String {
    format!("{style}{}{style:#}", clean(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_cannot_speak_to_the_terminal() {
        assert_eq!(clean("a\u{1b}[31mred\u{7}\r\n\tb\u{202e}c"), "a\u{FFFD}[31mred\u{FFFD}\u{FFFD}\n\tb\u{FFFD}c");
        assert!(matches!(clean("déjà\nvu"), Cow::Borrowed(_)));
    }
}
