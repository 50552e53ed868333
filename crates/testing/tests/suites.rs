//! The suites are whole.

/// A case that no macro names would never run.
#[test]
fn every_case_is_expanded() {
    let lists =
        [include_str!("../src/conformance/store/mod.rs"), include_str!("../src/conformance/blobs.rs")];
    let cases = [
        include_str!("../src/conformance/blobs.rs"),
        include_str!("../src/conformance/store/changes.rs"),
        include_str!("../src/conformance/store/contents.rs"),
        include_str!("../src/conformance/store/leases.rs"),
        include_str!("../src/conformance/store/model/mod.rs"),
        include_str!("../src/conformance/store/reservations.rs"),
        include_str!("../src/conformance/store/rooms.rs"),
        include_str!("../src/conformance/store/sweep.rs"),
        include_str!("../src/conformance/store/tickets.rs"),
        include_str!("../src/conformance/store/tokens.rs"),
        include_str!("../src/conformance/store/transactions.rs"),
        include_str!("../src/conformance/store/uploads.rs"),
    ];
    let mut seen = 0;
    for line in cases.iter().flat_map(|file| file.lines()) {
        let Some((name, _)) = line.strip_prefix("pub async fn ").and_then(|rest| rest.split_once('(')) else {
            continue;
        };
        let listed = |list: &&str| {
            let ends = [",", ";"].map(|end| format!("    {name}{end}"));
            list.lines().any(|line| ends.iter().any(|end| line.ends_with(end)))
        };
        assert!(lists.iter().any(listed), "{name} is in no list");
        seen += 1;
    }
    assert!(seen > 80, "{seen} cases found");
}
