//! The words of the page of a ticket, by language: a file and a line of [`LANGUAGES`] each.

mod de;
mod en;
mod zh_cn;

use axum::http::HeaderMap;
use elizabeth_core::{ErrorCode, media_kind::MediaKind, permission::Permission};

use crate::headers::{languages, same_family};

/// The languages there are. Where somebody reads none of them, the first speaks.
pub(super) const LANGUAGES: &[&Words] = &[&en::WORDS, &de::WORDS, &zh_cn::WORDS];

/// How often something can still be done. `{n}`, `{time}` are replaced.
pub(super) struct Often {
    pub(super) any: &'static str,
    pub(super) once: &'static str,
    pub(super) more: &'static str,
}

/// All that the page says. What stands in braces is replaced.
pub(super) struct Words {
    /// The language's tag (BCP 47).
    pub(super) tag: &'static str,
    pub(super) kind: fn(MediaKind) -> &'static str,
    /// `{kind}`, `{size}`, `{room}`.
    pub(super) what: &'static str,
    /// `{room}`.
    pub(super) invited: &'static str,
    pub(super) download: &'static str,
    pub(super) enter: &'static str,
    pub(super) downloads: Often,
    pub(super) uses: Often,
    pub(super) may: [(Permission, &'static str); 4],
    pub(super) comma: &'static str,
    pub(super) and: &'static str,
    /// `{list}`.
    pub(super) may_all: &'static str,
    /// The same for who sees only what they add.
    pub(super) may_blind: &'static str,
    /// What is said once the last use was made.
    pub(super) used_up: &'static str,
    pub(super) opens_nothing: &'static str,
    pub(super) ask_for_another: &'static str,
    /// Why a ticket is no good: every reason there is.
    pub(super) refusals: &'static [(ErrorCode, &'static str)],
}

impl Words {
    /// Those in the language that whoever asks would rather read.
    pub(super) fn for_reader(headers: &HeaderMap) -> &'static Self {
        let of = |tag: &str, fits: fn(&str, &str) -> bool| {
            LANGUAGES.iter().copied().find(|words| fits(words.tag, tag))
        };
        let read = languages(headers);
        let found =
            read.iter().find_map(|tag| of(tag, str::eq_ignore_ascii_case).or_else(|| of(tag, same_family)));
        found.unwrap_or(&en::WORDS)
    }

    /// What may be done in a room.
    pub(super) fn may(&self, allowed: Permission) -> String {
        let words: Vec<&str> =
            self.may.iter().filter(|(bit, _)| allowed.contains(*bit)).map(|(_, word)| *word).collect();
        let list = match words.as_slice() {
            [] => String::new(),
            [one] => (*one).to_owned(),
            [most @ .., last] => format!("{}{}{last}", most.join(self.comma), self.and),
        };
        let sees = allowed.contains(Permission::VIEW);
        (if sees { self.may_all } else { self.may_blind }).replace("{list}", &list)
    }

    /// Why a ticket is no good.
    pub(super) fn refusal(&self, code: ErrorCode) -> Option<&'static str> {
        self.refusals.iter().find(|(one, _)| *one == code).map(|(_, words)| *words)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    #[test]
    fn the_readers_language_speaks() {
        for (value, expected) in [
            (None, "en"),
            (Some("fr"), "en"),
            (Some("fr, zh-TW;q=0.5, en;q=0.4"), "zh-CN"),
            (Some("en-GB,zh-CN;q=0.9"), "en"),
            (Some("ZH-cn"), "zh-CN"),
            (Some("de-AT, en;q=0.5"), "de"),
        ] {
            let mut headers = HeaderMap::new();
            headers.extend(value.map(|value| (header::ACCEPT_LANGUAGE, value.parse().unwrap())));
            assert_eq!(Words::for_reader(&headers).tag, expected, "{value:?}");
        }
    }

    /// What [`elizabeth_core::Elizabeth::peek_ticket`] refuses with.
    #[test]
    fn every_language_says_everything() {
        for words in LANGUAGES {
            let told: Vec<ErrorCode> = words.refusals.iter().map(|(code, _)| *code).collect();
            let every = [
                ErrorCode::TicketInvalid,
                ErrorCode::TicketSpent,
                ErrorCode::TicketIdle,
                ErrorCode::RoomExpired,
                ErrorCode::RoomClosed,
                ErrorCode::RoomLocked,
                ErrorCode::EntriesExhausted,
                ErrorCode::ContentExpired,
                ErrorCode::DownloadsSpent,
            ];
            assert_eq!(told, every, "{}", words.tag);
            for often in [&words.downloads, &words.uses] {
                assert!([often.any, often.once, often.more].iter().all(|line| line.contains("{time}")));
                assert!(often.more.contains("{n}"), "{}", words.tag);
            }
            for line in [words.may_all, words.may_blind] {
                assert!(line.contains("{list}"), "{}", words.tag);
            }
            assert!(["{kind}", "{size}", "{room}"].iter().all(|name| words.what.contains(name)));
            assert!(words.invited.contains("{room}"), "{}", words.tag);
        }
    }

    #[test]
    fn permissions_are_told_in_words() {
        let looks_and_deletes = Permission::VIEW | Permission::DELETE;
        for (words, allowed, text) in [
            (&en::WORDS, Permission::VIEW, "You may look at everything."),
            (&en::WORDS, looks_and_deletes, "You may look at everything and delete."),
            (
                &en::WORDS,
                Permission::all(),
                "You may look at everything, add to it, invite others and delete.",
            ),
            (
                &en::WORDS,
                Permission::EDIT,
                "You may add to it; you will see what you add yourself, and nothing else.",
            ),
            (&zh_cn::WORDS, Permission::all(), "你可以查看全部内容、添加内容、邀请他人和删除。"),
            (&zh_cn::WORDS, Permission::EDIT, "你可以添加内容，只能看到自己添加的内容。"),
        ] {
            assert_eq!(words.may(allowed), text);
        }
    }
}
