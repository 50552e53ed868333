use axum::http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but `attr-char` of RFC 8187, section 3.2.1.
const EXTENDED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// A `Content-Disposition` (RFC 6266) with a file's name. A name that a quoted text cannot hold in a way that all
/// clients read alike comes twice: in ASCII for old ones, and whole as `filename*`.
pub(crate) fn content_disposition(kind: &str, name: &str) -> HeaderValue {
    let plain: String = name
        .chars()
        .map(|c| match c {
            '"' | '\\' | '%' => '_',
            c if c == ' ' || c.is_ascii_graphic() => c,
            _ => '_',
        })
        .collect();
    let mut value = format!("{kind}; filename=\"{plain}\"");
    if plain != name {
        value.push_str("; filename*=UTF-8''");
        value.extend(utf8_percent_encode(name, EXTENDED));
    }
    // Only visible ASCII stands in it by now.
    HeaderValue::try_from(value).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_headers_safely() {
        for (name, expected) in [
            ("a.pdf", r#"attachment; filename="a.pdf""#),
            ("a b;c,d.txt", r#"attachment; filename="a b;c,d.txt""#),
            ("a\"b.txt", r#"attachment; filename="a_b.txt"; filename*=UTF-8''a%22b.txt"#),
            ("100%.txt", r#"attachment; filename="100_.txt"; filename*=UTF-8''100%25.txt"#),
            ("grüße.txt", r#"attachment; filename="gr__e.txt"; filename*=UTF-8''gr%C3%BC%C3%9Fe.txt"#),
            ("😀", r#"attachment; filename="_"; filename*=UTF-8''%F0%9F%98%80"#),
            ("a\r\nx: y", r#"attachment; filename="a__x: y"; filename*=UTF-8''a%0D%0Ax%3A%20y"#),
            ("it's*", r#"attachment; filename="it's*""#),
        ] {
            assert_eq!(content_disposition("attachment", name), expected);
        }
    }
}
