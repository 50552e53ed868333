//! Texts in HTML.

use std::fmt::{self, Display, Formatter};

/// A text in which nothing is markup.
pub(super) struct Plain<'a>(pub(super) &'a str);

impl Display for Plain<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                c => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

/// A description, in which `` `code` `` is set as such.
pub(super) struct Prose<'a>(pub(super) &'a str);

impl Display for Prose<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (number, part) in self.0.split('`').enumerate() {
            if number % 2 == 0 {
                write!(f, "{}", Plain(part))?;
            } else {
                write!(f, "<code>{}</code>", Plain(part))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(Plain("<a href=\"x\">&").to_string(), "&lt;a href=&quot;x&quot;&gt;&amp;");
        assert_eq!(Prose("is `a<b` so").to_string(), "is <code>a&lt;b</code> so");
    }
}
