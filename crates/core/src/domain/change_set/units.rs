//! Lengths and places in UTF-16 units, of texts that are kept as UTF-8.

/// Bytes that are counted in one go: no more than what one byte can count of units.
const BLOCK: usize = 64;

/// How long a text is in UTF-16 units.
pub fn units(text: &str) -> u64 {
    text.as_bytes().chunks(BLOCK).map(|block| u64::from(units_in(block))).sum()
}

/// The units of the characters that begin in a block: two for those of four bytes, one for all others.
fn units_in(block: &[u8]) -> u8 {
    block.iter().map(|&byte| u8::from(!is_within(byte)) + u8::from(byte >= 0xF0)).sum()
}

/// Whether a byte is not the first of its character.
fn is_within(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// Why a text cannot be divided at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoPlace {
    /// It is within a surrogate pair.
    InPair,
    /// The text is shorter.
    Beyond,
}

/// Divides a text behind so many units.
pub(super) fn split_at(text: &str, units: u32) -> Result<(&str, &str), NoPlace> {
    let bytes = text.as_bytes();
    let (mut at, mut left) = (0, units);
    while let Some(block) = bytes.get(at..at + BLOCK) {
        let counted = u32::from(units_in(block));
        if counted > left {
            break;
        }
        left -= counted;
        at += BLOCK;
    }
    while bytes.get(at).is_some_and(|byte| is_within(*byte)) {
        at += 1;
    }
    while left > 0 {
        let (width, counted) = match bytes.get(at) {
            None => return Err(NoPlace::Beyond),
            Some(..0x80) => (1, 1),
            Some(..0xE0) => (2, 1),
            Some(..0xF0) => (3, 1),
            Some(0xF0..) => (4, 2),
        };
        left = left.checked_sub(counted).ok_or(NoPlace::InPair)?;
        at += width;
    }
    text.split_at_checked(at).ok_or(NoPlace::Beyond)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// As the standard library counts, at every place.
        #[test]
        fn places_are_those_of_utf_16(text in "[aé€\u{1F382}\n]{0,150}") {
            let wide: Vec<u16> = text.encode_utf16().collect();
            prop_assert_eq!(units(&text), wide.len() as u64);
            for at in 0..=wide.len() {
                let (before, behind) = wide.split_at(at);
                let expected = match (String::from_utf16(before), String::from_utf16(behind)) {
                    (Ok(before), Ok(behind)) => Ok((before, behind)),
                    _ => Err(NoPlace::InPair),
                };
                let split = split_at(&text, at as u32).map(|(a, b)| (a.to_owned(), b.to_owned()));
                prop_assert_eq!(split, expected);
            }
            prop_assert_eq!(split_at(&text, wide.len() as u32 + 1), Err(NoPlace::Beyond));
        }
    }
}
