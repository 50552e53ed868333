use axum::http::{HeaderMap, header};

/// The languages that somebody reads, the dearest first (RFC 9110, section 12.5.4). Those of one weight stay in the order
/// in which they were named.
pub(crate) fn languages(headers: &HeaderMap) -> Vec<&str> {
    let values = headers.get_all(header::ACCEPT_LANGUAGE).into_iter().filter_map(|value| value.to_str().ok());
    let mut read: Vec<(f32, &str)> = values.flat_map(|list| list.split(',')).filter_map(weighed).collect();
    read.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    read.into_iter().map(|(_, tag)| tag).collect()
}

fn weighed(range: &str) -> Option<(f32, &str)> {
    let (tag, weight) = match range.split_once(';') {
        Some((tag, parameter)) => (tag, parameter.trim().strip_prefix("q=")?.trim().parse().ok()?),
        None => (range, 1.0),
    };
    let tag = tag.trim();
    (!tag.is_empty() && weight > 0.0).then_some((weight, tag))
}

/// Whether two tags are of one family, such as `zh-TW` and `zh-CN`.
pub(crate) fn same_family(one: &str, other: &str) -> bool {
    let family = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    family(one) == family(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dearest_language_comes_first() {
        for (value, expected) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", &["zh-CN", "zh", "en"][..]),
            ("en;q=0.1, de ;q=0.5,fr; q=0.5", &["de", "fr", "en"]),
            ("en;q=0, *", &["*"]),
            ("en;q=much, ,", &[]),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, value.parse().unwrap());
            assert_eq!(languages(&headers), expected, "{value}");
        }
        assert!(languages(&HeaderMap::new()).is_empty());
        assert!(same_family("zh-TW", "ZH-cn") && same_family("en", "en-GB") && !same_family("en", "eo"));
    }
}
