use std::borrow::Cow;

/// A text with `\n` for each of its line breaks, which may have been `\r\n` or `\r`: what an editor makes of it.
pub fn with_single_breaks(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_break_is_one_character() {
        assert!(matches!(with_single_breaks("a\nb\n"), Cow::Borrowed("a\nb\n")));
        assert_eq!(with_single_breaks("\r\na\r\rb\r\n\nc\r"), "\na\n\nb\n\nc\n");
    }
}
