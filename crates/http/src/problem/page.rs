use askama::Template;

use super::Problem;

/// A problem for who opened its address by hand.
#[derive(Template)]
#[template(path = "problem.html")]
struct Page<'a> {
    title: &'a str,
    error: String,
    status: u16,
    code: &'a str,
    request_id: Option<&'a str>,
}

impl Problem {
    /// The page that says what the JSON says.
    pub(super) fn page(&self, request_id: Option<&str>) -> Result<String, askama::Error> {
        let status = self.status();
        Page {
            title: status.canonical_reason().unwrap_or("Error"),
            error: sentence(&self.error),
            status: status.as_u16(),
            code: self.code.as_str(),
            request_id,
        }
        .render()
    }
}

/// What a program is told in small letters and without an end, as people write it.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase).into_iter().flatten();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    first.chain(characters).chain(end.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_begins_large_and_ends() {
        for (text, expected) in [("no such room", "No such room."), ("Wait!", "Wait!"), ("", ".")] {
            assert_eq!(sentence(text), expected);
        }
    }
}
