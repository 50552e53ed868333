//! Texts of others that can be written on a terminal.

/// A text of somebody else's that can be written on a terminal: what would steer the terminal, or turn the
/// direction of writing, is replaced.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// A failure as one line. What others wrote cannot steer the terminal.
pub(crate) fn failure_line(failure: &str) -> String {
    format!("error: {}", plain(&failure.split_whitespace().collect::<Vec<_>>().join(" ")))
}

/// Control characters, and Unicode's for the direction of writing (UAX #9).
pub(crate) fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_gets_through() {
        assert_eq!(
            plain("a\u{1b}[2Jb\u{9b}c\rd\u{202e}e\n"),
            "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d\u{fffd}e\u{fffd}"
        );
        assert_eq!(plain("größe 😀.txt"), "größe 😀.txt");
    }
}
