//! The rules of changes that are made at the same time, on texts and changes drawn at random.
#![expect(clippy::unwrap_used, reason = "test code: what cannot go on fails by panicking")]

use elizabeth_core::change_set::{ChangeSet, Misfit, UNITS_MAX, units, with_single_breaks};
use elizabeth_testing::RandomTexts;
use proptest::prelude::*;

fn parse(json: &str) -> serde_json::Result<ChangeSet> {
    serde_json::from_str(json)
}

fn of(json: &str) -> ChangeSet {
    parse(json).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// Two changes as one do what they do one behind the other.
    #[test]
    fn composed_changes_do_what_both_do(seed: u64) {
        let mut random = RandomTexts::new(seed);
        let text = random.text(20);
        let first = random.change(&text);
        let between = first.apply(&text).unwrap();
        let second = random.change(&between);
        let both = first.compose(&second).unwrap();
        prop_assert_eq!(both.apply(&text).unwrap(), second.apply(&between).unwrap());
        prop_assert_eq!((both.length(), both.new_length()), (first.length(), second.new_length()));
    }

    /// Whichever of two changes of one text is made first, both come to the same (the rule TP1 of operational
    /// transformation).
    #[test]
    fn changes_made_at_once_come_to_the_same(seed: u64) {
        let mut random = RandomTexts::new(seed);
        let text = random.text(20);
        let (a, b) = (random.change(&text), random.change(&text));
        let by_a = b.map(&a, false).unwrap().apply(&a.apply(&text).unwrap()).unwrap();
        let by_b = a.map(&b, true).unwrap().apply(&b.apply(&text).unwrap()).unwrap();
        prop_assert_eq!(by_a, by_b);
    }

    /// One who has made several changes, and another one several others, bring them together one by one or each as one.
    #[test]
    fn sequences_come_to_the_same(seed: u64) {
        let mut random = RandomTexts::new(seed);
        let text = random.text(20);
        let mut sequence = || {
            let mut now = text.clone();
            let changes: Vec<ChangeSet> = (0..1 + random.below(5)).map(|_| {
                let change = random.change(&now);
                now = change.apply(&now).unwrap();
                change
            }).collect();
            (changes, now)
        };
        let ((mine, my_text), (theirs, their_text)) = (sequence(), sequence());
        // Theirs come first: mine move behind them, and theirs behind mine where mine were made first.
        let (mut mine_behind, mut theirs_behind) = (mine.clone(), Vec::new());
        for change in &theirs {
            let mut change = change.clone();
            for own in &mut mine_behind {
                let moved = own.map(&change, false).unwrap();
                change = change.map(own, true).unwrap();
                *own = moved;
            }
            theirs_behind.push(change);
        }
        let apply = |text: &str, changes: &[ChangeSet]| {
            changes.iter().fold(text.to_owned(), |text, change| change.apply(&text).unwrap())
        };
        let end = apply(&their_text, &mine_behind);
        prop_assert_eq!(&apply(&my_text, &theirs_behind), &end);
        let as_one = |changes: &[ChangeSet]| {
            changes.iter().skip(1).fold(changes[0].clone(), |all, change| all.compose(change).unwrap())
        };
        prop_assert_eq!(as_one(&mine_behind).apply(&their_text).unwrap(), end);
    }

    /// What is written is read back as it was.
    #[test]
    fn the_form_comes_back(seed: u64) {
        let mut random = RandomTexts::new(seed);
        let text = random.text(20);
        let change = random.change(&text);
        let json = serde_json::to_string(&change).unwrap();
        prop_assert_eq!(&of(&json), &change);
        prop_assert_eq!(change.length(), units(&text));
    }

    /// Whatever is sent, it is a change or not one; and one that is, fits a text or does not.
    #[test]
    fn anything_that_is_sent_has_an_answer(json in "\\[([0-9]{1,3}|\\[[0-9]{0,2}(,\"(x|é|\u{1F382}|\\\\n|\\\\ud83c|)\"){0,3}\\]|,){0,9}\\]", seed: u64) {
        let mut random = RandomTexts::new(seed);
        if let Ok(change) = parse(&json) {
            let text = random.text(20);
            match change.apply(&text) {
                Ok(changed) => prop_assert_eq!(units(&changed), change.new_length()),
                Err(Misfit::Length { expected, actual }) => {
                    prop_assert_eq!((expected, actual), (change.length(), units(&text)));
                    prop_assert_ne!(expected, actual);
                }
                Err(other) => prop_assert_eq!(other, Misfit::SplitPair),
            }
        }
    }
}

#[test]
fn a_change_reads_as_codemirror_writes_it() {
    let change = of(r#"[[1,"X"],2,[0,"yy"],3]"#);
    assert_eq!((change.length(), change.new_length()), (6, 8));
    assert_eq!(change.apply("abcdef").unwrap(), "Xbcyydef");
    assert_eq!(of(r#"[1,[0,"","so","","on"],1,[1]]"#).apply("abc").unwrap(), "a\nso\n\nonb");
    assert_eq!(of("[]").apply("").unwrap(), "");
    // Parts that do nothing, or go on with what the one before them does, are none of their own.
    let plain = serde_json::to_string(&of(r#"[1,0,2,[0],[1],[2,""],[0,"a"],[0,"b"]]"#)).unwrap();
    assert_eq!(plain, r#"[3,[3],[0,"ab"]]"#);
}

#[test]
fn what_is_no_change_says_why() {
    for (json, why) in [
        ("{}", "invalid type: map, expected a change"),
        ("3", "invalid type: integer `3`, expected a change"),
        ("[-1]", "expected a whole number from 0 on"),
        ("[1.5]", "expected a whole number from 0 on"),
        ("[1e3]", "expected a whole number from 0 on"),
        ("[null]", "expected a whole number from 0 on"),
        ("[\"x\"]", "expected a whole number from 0 on"),
        ("[true]", "expected a whole number from 0 on"),
        ("[[]]", "expected a whole number from 0 on"),
        ("[[-1]]", "expected u64"),
        ("[[\"x\"]]", "expected u64"),
        ("[[[1]]]", "expected u64"),
        ("[[1,2]]", "expected a line"),
        ("[[1,[\"x\"]]]", "expected a line"),
        ("[[1,\"a\\nb\"]]", "a line has no line break in it"),
        ("[[1,\"a\\r\"]]", "a line has no line break in it"),
        ("[[1,\"\\ud83c\"]]", "hex escape"),
        ("[1073741825]", "at most"),
        ("[1073741824,1]", "at most"),
        ("[[1073741824],[1]]", "at most"),
        ("[1073741823,[0,\"ab\"]]", "at most"),
        ("[4294967296]", "at most"),
        ("[18446744073709551615]", "at most"),
        ("[18446744073709551616]", "expected a whole number from 0 on"),
        ("[1", "EOF"),
    ] {
        let error = parse(json).unwrap_err().to_string();
        assert!(error.contains(why), "{json}: {error}");
    }
    assert_eq!(of("[1073741824]").length(), u64::from(UNITS_MAX));
    let deep = "[".repeat(100_000);
    assert!(parse(&deep).is_err());
}

#[test]
fn a_change_fits_texts_of_one_length() {
    let change = of(r#"[2,[0,"x"],2]"#);
    for (text, actual) in [("abc", 3), ("abcde", 5), ("", 0), ("é€x", 3)] {
        assert_eq!(change.apply(text), Err(Misfit::Length { expected: 4, actual }), "{text}");
    }
    let other = of("[5]");
    assert_eq!(change.map(&other, false), Err(Misfit::Length { expected: 4, actual: 5 }));
    assert_eq!(change.compose(&of("[4]")), Err(Misfit::Length { expected: 4, actual: 5 }));
    assert!(change.compose(&other).is_ok());
}

/// Nothing that is kept as UTF-8 could come of it.
#[test]
fn a_change_that_cuts_a_surrogate_pair_is_refused() {
    for cuts in ["[1,[1]]", "[[1],1]", r#"[1,[0,"x"],1]"#] {
        assert_eq!(of(cuts).apply("\u{1F382}"), Err(Misfit::SplitPair), "{cuts}");
        let inserted = of("[[0,\"\u{1F382}\"]]");
        assert_eq!(inserted.compose(&of(cuts)), Err(Misfit::SplitPair), "{cuts}");
    }
    assert_eq!(of("[2,[2]]").apply("\u{1F382}\u{1F382}").unwrap(), "\u{1F382}");
}

/// An editor has one line break where the text has two characters.
#[test]
fn a_text_of_another_kind_of_breaks_counts_as_the_editor_does() {
    let text = with_single_breaks("a\r\nb\r\n");
    assert_eq!(of(r#"[2,[1,"x"],1]"#).apply(&text).unwrap(), "a\nx\n");
}

/// Lengths without a text behind them do not add up to more than can be counted.
#[test]
fn no_sequence_of_changes_overflows() {
    let longest = ChangeSet::identity(UNITS_MAX.into()).unwrap();
    assert_eq!(ChangeSet::identity(u64::from(UNITS_MAX) + 1), Err(Misfit::TooLong));
    let mut grown = of(r#"[[0,"abcdefgh"],1000]"#);
    grown.keep(u64::from(UNITS_MAX) - 1008).unwrap();
    assert_eq!(grown.keep(1), Err(Misfit::TooLong));
    let mut other = of(r#"[[1000,"x"]]"#);
    other.keep(u64::from(UNITS_MAX) - 1008).unwrap();
    assert!(other.map(&grown, true).is_err_and(|misfit| misfit == Misfit::TooLong));
    assert_eq!(longest.compose(&longest).unwrap().new_length(), u64::from(UNITS_MAX));
}
