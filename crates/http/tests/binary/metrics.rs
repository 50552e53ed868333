//! The figures of a running server: each moves when what it counts happens, and none names a room, a file or a place.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    time::Duration,
};

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::events::Events;
use crate::server::{Server, client, create_and_enter, ok, prepare, upload};

const ADMIN: &str = "admin-token-of-this-test";
const ROOM: &str = "a-room-of-a-name";
const FILE: &str = "a-file-of-a-name.txt";
const SIZE: usize = 20_000;

/// What one scrape says.
struct Figures {
    text: String,
    /// The samples, with their labels.
    samples: BTreeMap<String, f64>,
}

impl Figures {
    async fn scrape(client: &Client, url: &str, token: Option<&str>) -> Self {
        let request = client.get(format!("{url}/metrics"));
        let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
        let answer = request.send().await.unwrap().error_for_status().unwrap();
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        assert!(kind.starts_with("application/openmetrics-text; version=1.0.0"), "{kind}");
        let text = answer.text().await.unwrap();
        assert!(text.ends_with("# EOF\n"), "{text}");
        let samples = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
            let (sample, value) = line.rsplit_once(' ').unwrap();
            (sample.to_owned(), value.parse().unwrap())
        });
        Self { samples: samples.collect(), text }
    }

    /// The families: by the name that their samples have, kind, labels and help.
    fn families(&self) -> Vec<Family> {
        let said = |what: &str| {
            let lines = self.text.lines().filter_map(|line| line.strip_prefix(what)?.split_once(' '));
            lines.map(|(name, rest)| (name.to_owned(), rest.to_owned())).collect::<BTreeMap<_, _>>()
        };
        let (kinds, helps) = (said("# TYPE "), said("# HELP "));
        let family = |(name, kind): (&String, &String)| {
            let sample = match kind.as_str() {
                "counter" => format!("{name}_total"),
                "info" => format!("{name}_info"),
                _ => name.clone(),
            };
            let own = self.samples.keys().filter(|key| {
                let rest = key.strip_prefix(sample.as_str());
                rest.is_some_and(|rest| matches!(rest.bytes().next(), None | Some(b'{' | b'_')))
            });
            let samples: BTreeSet<String> = own.cloned().collect();
            let labels = samples.iter().flat_map(|sample| labels(sample)).map(|(label, _)| label);
            let labels = labels.filter(|label| label != "le").collect();
            Family { kind: kind.clone(), help: helps[name].clone(), labels, samples, name: sample }
        };
        kinds.iter().map(family).collect()
    }
}

struct Family {
    name: String,
    kind: String,
    help: String,
    labels: BTreeSet<String>,
    samples: BTreeSet<String>,
}

/// The labels of a sample with their values.
fn labels(sample: &str) -> Vec<(String, String)> {
    let Some((_, inside)) = sample.split_once('{') else { return Vec::new() };
    let pairs = inside.trim_end_matches('}').split("\",").map(|pair| pair.trim_end_matches('"'));
    pairs.map(|pair| pair.split_once("=\"").unwrap()).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_moves_and_no_label_names_anybody() {
    let data = tempfile::tempdir().unwrap();
    let (server, figures) = start(data.path());
    let client = client();
    let nobody = client.get(format!("{}/metrics", server.url)).send().await.unwrap();
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    let before = Figures::scrape(&client, &server.url, Some(ADMIN)).await;
    let _events = use_everything(&client, &server, data.path()).await;

    // What stands in the store is counted now and then.
    let mut after = Figures::scrape(&client, &figures, None).await;
    let gauges = [
        "elizabeth_listeners",
        "elizabeth_rooms",
        "elizabeth_contents",
        "elizabeth_stored_bytes",
        "elizabeth_reserved_bytes",
    ];
    while gauges.iter().any(|gauge| after.samples[*gauge] == 0.0) {
        tokio::time::sleep(Duration::from_millis(200)).await;
        after = Figures::scrape(&client, &figures, None).await;
    }
    let moved = |sample: &String| after.samples[sample] > before.samples.get(sample).copied().unwrap_or(0.0);
    let families = after.families();
    for family in &families {
        let still = family.kind == "info";
        assert!(still || family.samples.iter().any(moved), "{} has not moved: {}", family.name, after.text);
    }
    for (sample, value) in [
        ("elizabeth_stored_bytes", SIZE as f64),
        ("elizabeth_limited_total{limit=\"room_full\"}", 1.0),
        ("elizabeth_reserved_bytes", 7.0),
        ("elizabeth_listeners", 1.0),
        ("elizabeth_gc_freed_bytes_total", 3.0),
        ("elizabeth_gc_removed_total{kind=\"contents\"}", 1.0),
    ] {
        assert_eq!(after.samples[sample], value, "{sample}");
    }
    let transfer = |direction: &str| {
        after.samples[&format!("elizabeth_transfer_bytes_total{{direction=\"{direction}\"}}")]
    };
    assert!(transfer("in") > SIZE as f64 && transfer("out") > SIZE as f64);

    let server_itself = server.url.trim_start_matches("http://").rsplit_once(':').unwrap();
    for named in [ROOM, FILE, server_itself.0, server_itself.1, "BREW", "nowhere", ADMIN] {
        assert!(!after.text.contains(named), "{named}: {}", after.text);
    }
    for (label, value) in after.samples.keys().flat_map(|sample| labels(sample)) {
        match label.as_str() {
            "route" => assert!(value == "other" || value.starts_with('/'), "{value}"),
            "method" => assert!(value == "other" || value.bytes().all(|b| b.is_ascii_uppercase()), "{value}"),
            "status" => assert!(value.parse::<u16>().is_ok(), "{value}"),
            "direction" | "operation" | "limit" | "kind" => {
                assert!(value.bytes().all(|b| b.is_ascii_lowercase() || b"_.".contains(&b)), "{value}");
            }
            "version" | "le" => {}
            other => panic!("a label {other}={value}"),
        }
    }
    assert_documented(&families);
    assert_shown(&after);
}

/// A server, and the address that its figures have to themselves.
fn start(data: &Path) -> (Server, String) {
    let log = data.join("server.log");
    let env = [
        ("RUST_LOG", "info"),
        ("ELIZABETH_LOG_FORMAT", "json"),
        ("ELIZABETH_ADMIN_TOKEN", ADMIN),
        ("ELIZABETH_RESERVATION_TTL", "10m"),
        ("ELIZABETH_METRICS_LISTEN", "127.0.0.1:0"),
    ];
    let server = Server::start_logging_to(data, &env, Server::log_file(&log));
    let text = fs::read_to_string(&log).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut at = lines.filter(|line| line["fields"]["message"] == "metrics");
    let address = at.next().unwrap()["fields"]["address"].as_str().unwrap().to_owned();
    (server, format!("http://{address}"))
}

/// Does one of everything that is counted; somebody goes on listening.
async fn use_everything(client: &Client, server: &Server, data: &Path) -> Events {
    let room = server.room(ROOM);
    let (_, token) = create_and_enter(client, &room).await;
    let mut events = Events::open(client.get(format!("{room}/events")).bearer_auth(&token)).await;
    let reservation = prepare(client, &room, &token, FILE, SIZE).await.unwrap();
    let stored = upload(client, &room, &token, reservation, FILE, "x".repeat(SIZE).into(), SIZE as u64);
    let stored = stored.await.unwrap()["uploaded"][0]["id"].as_i64().unwrap();
    assert_eq!(events.expect("content.created").await["id"], stored);
    let address = |id: i64| format!("{room}/contents/{id}/download");
    let read = async |id| client.get(address(id)).bearer_auth(&token).send().await.unwrap();
    assert_eq!(read(stored).await.bytes().await.unwrap().len(), SIZE);
    // What may be downloaded once is for the sweeper then.
    let once = json!({"text": "abc", "max_downloads": 1});
    let once = ok(client.post(format!("{room}/texts")).bearer_auth(&token).json(&once)).await;
    assert!(read(once["id"].as_i64().unwrap()).await.status().is_success());
    ok(client.post(format!("{}/api/v1/admin/gc", server.url)).bearer_auth(ADMIN)).await;
    // Held, and not used.
    prepare(client, &room, &token, "b.txt", 7).await.unwrap();
    // Somebody else removes the bytes.
    fs::remove_dir_all(data.join("blobs")).unwrap();
    assert!(!read(stored).await.status().is_success());
    for method in ["BREW", "GET"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let odd = client.request(method, format!("{}/api/v1/nowhere", server.url)).send().await.unwrap();
        assert!(odd.status().is_client_error());
    }
    // More than fits.
    let manifest = json!({"files": [{"name": "c.txt", "size": 1_u64 << 40}]});
    let full = client.post(format!("{room}/contents/prepare")).bearer_auth(&token).json(&manifest);
    assert_eq!(full.send().await.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE);
    events
}

/// `docs/metrics.md` has the families as they are.
fn assert_documented(families: &[Family]) {
    let mut rows: Vec<String> = families
        .iter()
        .map(|Family { name, kind, help, labels, .. }| {
            let labels: Vec<String> = labels.iter().map(|label| format!("`{label}`")).collect();
            let labels = if labels.is_empty() { String::new() } else { format!(" {}", labels.join(", ")) };
            format!("| `{name}` | {kind} |{labels} | {help} |")
        })
        .collect();
    rows.sort();
    let page = fs::read_to_string(root().join("docs/metrics.md")).unwrap();
    let written: Vec<&str> = page.lines().filter(|line| line.starts_with("| `elizabeth_")).collect();
    assert_eq!(written, rows, "docs/metrics.md should have\n{}", rows.join("\n"));
}

/// Every query of the dashboard asks for what there is.
fn assert_shown(figures: &Figures) {
    let text = fs::read_to_string(root().join("packaging/grafana/elizabeth.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let known: BTreeSet<&str> =
        figures.samples.keys().map(|sample| sample.split('{').next().unwrap()).collect();
    let panels = dashboard["panels"].as_array().unwrap();
    let queries = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let mut asked = BTreeSet::new();
    for query in queries.map(|target| target["expr"].as_str().unwrap()) {
        let words = query.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_');
        let names: Vec<&str> = words.filter(|word| word.starts_with("elizabeth_")).collect();
        assert!(!names.is_empty() && names.iter().all(|name| known.contains(name)), "{query}");
        asked.extend(names);
    }
    assert!(asked.len() > 12, "{asked:?}");
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
