//! What a text's language may be: a short word.

use crate::{name::is_control, policy::LANGUAGE_MAX_BYTES};

/// Why a text is no language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidLanguage {
    /// Nothing at all, or too many bytes.
    #[error("it has 1 to {LANGUAGE_MAX_BYTES} bytes")]
    Length,
    /// White space or a control character.
    #[error("it has no white space and no control character: U+{:04X}", u32::from(*.0))]
    Character(char),
}

/// Reads a language.
///
/// # Errors
///
/// The first rule of [`InvalidLanguage`] that it breaks.
pub(crate) fn parse(text: String) -> Result<String, InvalidLanguage> {
    if text.is_empty() || text.len() > LANGUAGE_MAX_BYTES {
        return Err(InvalidLanguage::Length);
    }
    match text.chars().find(|&c| c.is_whitespace() || is_control(c)) {
        Some(bad) => Err(InvalidLanguage::Character(bad)),
        None => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_short_words() {
        for good in ["rust", "c++", "zh-Hans", "język", &"x".repeat(64)] {
            assert_eq!(parse(good.to_owned()).as_deref(), Ok(good));
        }
        for bad in ["", " rust", "a b", "a\u{0}", "a\nb", "\u{202E}a", &"x".repeat(65)] {
            assert!(parse(bad.to_owned()).is_err(), "{bad:?}");
        }
    }
}
