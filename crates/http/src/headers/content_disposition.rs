use std::borrow::Cow;

use axum::http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

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

/// What a part's `Content-Disposition` (RFC 7578, section 4.2) says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Disposition {
    /// The name of the form's field.
    pub(crate) field: Option<String>,
    /// The file's name, where the part is a file.
    pub(crate) file_name: Option<String>,
}

impl Disposition {
    /// Reads a header's value.
    ///
    /// `filename*` (RFC 8187) is read too, and wins: RFC 7578 forbids it here, yet several clients send it.
    pub(crate) fn read(value: &str) -> Self {
        let mut read = Self::default();
        let mut extended = None;
        let mut rest = value.split_once(';').map_or("", |(_, parameters)| parameters);
        while let Some((name, after)) = rest.split_once('=') {
            let (text, after) = parameter(after.trim_start());
            match name.trim().to_ascii_lowercase().as_str() {
                "name" => read.field = Some(text.into_owned()),
                "filename" => read.file_name = Some(text.into_owned()),
                "filename*" => extended = extended_value(&text),
                _ => {}
            }
            rest = after.trim_start().strip_prefix(';').unwrap_or_default();
        }
        Self { file_name: extended.or(read.file_name), ..read }
    }
}

/// A name as browsers write it, with the three characters that cannot stand in a quoted text brought back (WHATWG
/// HTML, "multipart/form-data encoding algorithm"). `None` when there is nothing to bring back. A name that holds
/// such a sequence itself is written the same way, so which is meant only the manifest can tell.
pub(crate) fn unescaped(name: &str) -> Option<String> {
    let plain = name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
    (plain != name).then_some(plain)
}

/// A parameter's value, quoted or not, and what follows it.
fn parameter(text: &str) -> (Cow<'_, str>, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, _) = text.split_once(';').unwrap_or((text, ""));
        return (Cow::Borrowed(value.trim_end()), &text[value.len()..]);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (Cow::Owned(value), &quoted[at + 1..]),
            // Browsers leave a backslash alone; only before a quote or another backslash can it be an escape.
            '\\' if quoted[at + 1..].starts_with(['"', '\\']) => {
                value.extend(characters.next().map(|(_, escaped)| escaped));
            }
            c => value.push(c),
        }
    }
    (Cow::Owned(value), "")
}

/// The value of an extended parameter: `UTF-8'language'percent-encoded` (RFC 8187, section 3.2).
fn extended_value(text: &str) -> Option<String> {
    let mut parts = text.splitn(3, '\'');
    let (charset, _language, value) = (parts.next()?, parts.next()?, parts.next()?);
    let utf8 = charset.eq_ignore_ascii_case("utf-8");
    utf8.then(|| percent_decode_str(value).decode_utf8().ok().map(Cow::into_owned)).flatten()
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

    #[test]
    fn names_are_read_as_clients_write_them() {
        for (value, name) in [
            (r#"form-data; name="f"; filename="a.txt""#, Some("a.txt")),
            (r#"form-data; filename="a;b=c.txt"; name="f""#, Some("a;b=c.txt")),
            (r#"form-data; name="f"; filename="grüße 😀.txt""#, Some("grüße 😀.txt")),
            (r#"form-data; name="f"; filename="a\"b\\c.txt""#, Some(r#"a"b\c.txt"#)),
            (r#"form-data; name="f"; filename=plain.txt ; x=y"#, Some("plain.txt")),
            (r#"form-data; name="f"; FileName="dir/a.txt""#, Some("dir/a.txt")),
            (r#"form-data; name="f"; filename="x"; filename*=UTF-8''gr%C3%BC%C3%9Fe"#, Some("grüße")),
            (r#"form-data; name="f"; filename="x"; filename*=latin1''%FC"#, Some("x")),
            (r#"form-data; name="f""#, None),
            ("form-data", None),
            (r#"form-data; name="filename=x""#, None),
            (r#"form-data; filename="open"#, Some("open")),
        ] {
            assert_eq!(Disposition::read(value).file_name.as_deref(), name, "{value}");
        }
    }

    #[test]
    fn fields_have_names() {
        for (value, name) in [
            (r#"form-data; name="chunk_data"; filename="name=x""#, Some("chunk_data")),
            (r#"form-data; filename=x; name=plain"#, Some("plain")),
            (r#"form-data; filename="x""#, None),
            ("form-data", None),
            ("", None),
        ] {
            assert_eq!(Disposition::read(value).field.as_deref(), name, "{value}");
        }
    }

    #[test]
    fn browsers_escapes_are_brought_back() {
        assert_eq!(unescaped("a%22b%22").as_deref(), Some("a\"b\""));
        assert_eq!(unescaped("100%.txt"), None);
    }
}
