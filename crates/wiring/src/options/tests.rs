use clap::{CommandFactory, Parser};
use elizabeth_core::policy::SIZE_MAX;
#[cfg(feature = "postgres")]
use elizabeth_storage_postgres::PostgresOptions;
use secrecy::ExposeSecret;

use super::*;
use crate::parse::parse_from;

#[derive(Parser)]
struct Program {
    #[command(flatten)]
    options: Options,
}

fn settings(args: &[&str]) -> Result<Settings, String> {
    let program = parse_from::<Program>([&["program"], args].concat());
    program.and_then(|program| program.options.settings()).map_err(|error| error.to_string())
}

#[test]
fn with_none_set_the_policy_is_the_default_one() {
    let settings = settings(&[]).unwrap();
    assert_eq!(format!("{:?}", settings.policy), format!("{:?}", Policy::default()));
    assert_eq!(settings.data_dir, PathBuf::from("./elizabeth-data"));
    assert_eq!(settings.gc_interval, Some(Duration::from_secs(60)));
    assert!(settings.admin_token.is_none() && settings.token_secrets.is_none());
}

#[test]
fn every_flag_has_its_variable_and_shows_its_default() {
    for arg in Program::command().get_arguments() {
        let flag = arg.get_long().unwrap();
        let env = flag.to_uppercase().replace('-', "_");
        if flag.starts_with("aws-") {
            assert!(arg.is_hide_set() && arg.get_env().unwrap() == env.as_str(), "{flag}");
            continue;
        }
        assert_eq!(arg.get_env().unwrap(), format!("ELIZABETH_{env}").as_str());
        let help = arg.get_help().unwrap().to_string();
        assert!(help.contains("[default: ") || !arg.get_default_values().is_empty(), "{flag}: {help}");
        assert!(arg.is_global_set(), "{flag}");
    }
}

#[test]
fn secrets_stand_neither_in_help_nor_in_debug() {
    for arg in Program::command().get_arguments() {
        let flag = arg.get_long().unwrap();
        let secret =
            flag.starts_with("aws-") || ["secret", "token", "url"].iter().any(|word| flag.ends_with(word));
        assert_eq!(arg.is_hide_env_values_set(), secret, "{flag}");
    }
    let secret = "sixteen bytes; and sixteen more.";
    let url = "postgres://u:hunter2@h/d";
    let mut args = vec!["program", "--admin-token", secret, "--token-secret", secret, "--database-url", url];
    if cfg!(feature = "s3") {
        args.extend(["--aws-secret-access-key", secret]);
    }
    let debug = format!("{:?}", Program::try_parse_from(args).unwrap().options);
    assert!(!debug.contains("sixteen") && !debug.contains("hunter2"), "{debug}");
}

#[test]
fn values_are_read_in_their_units() {
    let policy = settings(&[
        "--room-max-size=1MiB",
        "--room-max-size-ceiling=2MB",
        "--room-max-entries=7",
        "--room-ttl=90m",
        "--room-ttl-ceiling=never",
        "--min-free-disk=0",
        "--upload-lease=1s",
        "--gc-interval=off",
    ])
    .unwrap()
    .policy;
    assert_eq!((policy.room_max_size, policy.room_max_size_ceiling), (1 << 20, 2_000_000));
    assert_eq!((policy.room_max_entries, policy.min_free), (Some(7), 0));
    assert_eq!((policy.room_ttl, policy.room_ttl_ceiling), (Some(Duration::from_secs(5400)), None));
    assert_eq!(policy.upload_lease, Duration::from_secs(1));
    let policy = settings(&["--room-ttl=never", "--room-ttl-ceiling=never"]).unwrap().policy;
    assert_eq!(policy.room_ttl, None);
    assert_eq!(
        settings(&["--room-max-size=8EiB"]).err(),
        Some(refusal("room-max-size", "8EiB is out of range"))
    );
    assert_eq!(settings(&[&format!("--room-max-size={SIZE_MAX}")]).unwrap().policy.room_max_size, SIZE_MAX);
}

fn refusal(flag: &str, reason: &str) -> String {
    WiringError::unusable(flag, reason).to_string()
}

#[test]
fn what_cannot_be_used_is_refused_in_one_line_that_names_it() {
    for (flag, values) in [
        ("room-max-size", &["", "0", "-1", "lots", "1XiB", "9EiB"][..]),
        ("room-max-size-ceiling", &["", "1GiB", "16EiB"]),
        ("room-max-entries", &["", "0", "-1", "many", "never"]),
        ("room-ttl", &["", "0s", "7", "soon", "off", "999ms", "366d", "never", "101years"]),
        ("room-ttl-ceiling", &["1d", "x"]),
        ("min-free-disk", &["", "-1", "x"]),
        ("reservation-ttl", &["0s", "x", "never"]),
        ("upload-lease", &["500ms", "x"]),
        ("token-ttl", &["0s"]),
        ("refresh-ttl", &["0s"]),
        ("gc-interval", &["0s", "never"]),
        ("blob-redirect", &["", "yes", "true", "ON", "on"]),
        ("log-format", &["", "xml"]),
        (
            "token-secret",
            &["", "hunter2", "a secret of thirty-two bytes, yes,", " a secret with a space around it "],
        ),
        ("admin-token", &["", "hunter2"]),
        ("blob-url", &["s3://b?hunter2", "ftp://hunter2@h"]),
        ("database-url", &["mysql://u:hunter2@h/d", "hunter2"]),
    ] {
        for value in values {
            let error = settings(&[&format!("--{flag}={value}")]).err();
            let error = error.unwrap_or_else(|| panic!("--{flag}={value} was taken"));
            // Which of the two ceilings' options is named does not matter.
            let named = error.starts_with(&format!("--{flag}")) || error.contains(&format!("below --{flag}"));
            assert!(named && error.contains("(ELIZABETH_"), "--{flag}={value}: {error}");
            assert!(!error.contains('\n') && !error.contains("hunter2"), "--{flag}={value}: {error}");
        }
    }
}

#[test]
fn each_secret_has_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let secrets: Vec<String> = Program::command()
        .get_arguments()
        .filter(|arg| arg.is_hide_env_values_set())
        .filter_map(|arg| arg.get_long().map(str::to_owned))
        .filter(|flag| !flag.ends_with("-file"))
        // Not secret: where blobs are, and which key pair, region and endpoint.
        .filter(|flag| {
            !["blob-url", "aws-access-key-id", "aws-region", "aws-endpoint-url"].contains(&flag.as_str())
        })
        .collect();
    for flag in &secrets {
        let twin = format!("{flag}-file");
        assert!(Program::command().get_arguments().any(|arg| arg.get_long() == Some(&twin)), "{twin}");
    }
    let token = "t".repeat(32);
    let args = [
        format!("--token-secret-file={}", file("token", &format!("{token}\n"))),
        format!("--admin-token-file={}", file("admin", "a token for the admin")),
        format!(
            "--database-url-file={}",
            file("url", &format!("sqlite://{}/x.db\n", folder.path().display()))
        ),
    ];
    let read = settings(&args.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
    assert_eq!(read.token_secrets.unwrap()[0].expose_secret(), token.as_bytes());
    assert_eq!(read.admin_token.unwrap().expose_secret(), "a token for the admin");
    assert_eq!(read.database.file().unwrap(), folder.path().join("x.db"));
    let refused = settings(&["--admin-token-file", &file("short", "hunter2")]).err().unwrap();
    assert!(refused.starts_with("--admin-token-file (ELIZABETH_ADMIN_TOKEN_FILE): "), "{refused}");
    assert!(refused.ends_with("has 7 bytes, needs at least 16") && !refused.contains("hunter2"), "{refused}");
    #[cfg(feature = "s3")]
    {
        let key = format!("--aws-secret-access-key-file={}", file("aws", "s\n"));
        let bucket = ["--blob-url=s3://rooms?region=eu-west-1", "--aws-access-key-id=i", &key];
        assert!(settings(&bucket).is_ok());
        let both = settings(&[&bucket[..], &["--aws-secret-access-key=s"]].concat()).err().unwrap();
        assert_eq!(both, "AWS_SECRET_ACCESS_KEY_FILE: is given beside AWS_SECRET_ACCESS_KEY: one is enough");
    }
}

#[test]
fn several_secrets_rotate() {
    let (new, old) = ("n".repeat(32), "o".repeat(40));
    let secrets = settings(&[&format!("--token-secret={new},{old}")]).unwrap().token_secrets.unwrap();
    let secrets: Vec<_> = secrets.iter().map(|secret| secret.expose_secret().to_vec()).collect();
    assert_eq!(secrets, [new.into_bytes(), old.into_bytes()]);
}

#[test]
fn only_a_bucket_can_be_redirected_to() {
    let redirect = |more: &[&str]| settings(more).map(|settings| settings.policy.blob_redirect);
    assert_eq!(redirect(&[]), Ok(false));
    assert_eq!(redirect(&["--blob-redirect=off", "--blob-url=memory://"]), Ok(false));
    for url in ["fs://x", "memory://"] {
        let refused = redirect(&["--blob-redirect=on", &format!("--blob-url={url}")]);
        let reason = "on needs a bucket, an s3://… in --blob-url (ELIZABETH_BLOB_URL)";
        assert_eq!(refused, Err(refusal("blob-redirect", reason)));
    }
    #[cfg(feature = "s3")]
    {
        let bucket =
            ["--blob-url=s3://rooms?region=eu-west-1", "--aws-access-key-id=i", "--aws-secret-access-key=s"];
        assert_eq!(redirect(&[&bucket[..], &["--blob-redirect=on"]].concat()), Ok(true));
    }
}

#[cfg(feature = "postgres")]
#[test]
fn how_postgres_is_used_is_read() {
    let secret = format!("--token-secret={}", "s".repeat(32));
    let url = ["--database-url=postgres://u@h/d", &secret];
    let read = |more: &[&str]| settings(&[&url, more].concat()).unwrap().postgres;
    assert_eq!(read(&[]), PostgresOptions::default());
    let seconds = Duration::from_secs;
    let expected = PostgresOptions {
        max_connections: 262_143,
        acquire_timeout: seconds(1),
        lock_timeout: seconds(120),
        statement_timeout: seconds(24 * 24 * 60 * 60),
        idle_transaction_timeout: Duration::from_millis(1_500),
    };
    let all = [
        "--postgres-max-connections=262143",
        "--postgres-acquire-timeout=1s",
        "--postgres-lock-timeout=2m",
        "--postgres-statement-timeout=24d",
        "--postgres-idle-transaction-timeout=1500ms",
    ];
    assert_eq!(read(&all), expected);
    for (flag, values) in [
        ("postgres-max-connections", &["", "0", "-1", "262144", "many"][..]),
        ("postgres-acquire-timeout", &["", "0s", "5", "999ms", "25d", "off"]),
        ("postgres-lock-timeout", &["0s", "25d"]),
        ("postgres-statement-timeout", &["0s", "25d"]),
        ("postgres-idle-transaction-timeout", &["0s", "25d"]),
    ] {
        for value in values {
            // On any database.
            let error = settings(&[&format!("--{flag}={value}")]).err().unwrap();
            assert!(
                error.starts_with(&refusal(flag, "")) && !error.contains('\n'),
                "{flag}={value}: {error}"
            );
        }
    }
}

#[cfg(feature = "postgres")]
#[test]
fn processes_that_share_a_database_need_a_secret_to_share() {
    let url = "--database-url=postgres://u:hunter2@h/d";
    let error = settings(&[url]).err().unwrap();
    assert!(error.starts_with("--token-secret (ELIZABETH_TOKEN_SECRET): is needed"), "{error}");
    assert!(settings(&[url, &format!("--token-secret={}", "s".repeat(32))]).is_ok());
}

#[test]
fn limits_are_set_by_their_names() {
    use elizabeth_core::limits::Limit as Limited;

    let limits =
        settings(&["--limit=guesses=3,rooms-made=7", "--limit", "room-tickets=5"]).unwrap().policy.limits;
    let set = [Limited::Guesses, Limited::RoomsMade, Limited::RoomTickets, Limited::Requests];
    assert_eq!(set.map(|limit| limits.get(limit)), [3, 7, 5, Limited::Requests.default()]);
    for bad in ["guesses", "guesses=", "guesses=0", "guesses=-1", "nothing=1", ""] {
        let refusal = settings(&["--limit", bad]).err().unwrap();
        assert!(refusal.starts_with("--limit (ELIZABETH_LIMIT): "), "{refusal}");
    }
}

#[test]
fn the_readme_has_every_limit() {
    use elizabeth_core::limits::Limit as Limited;

    let readme = include_str!("../../../../README.md");
    for limit in Limited::ALL {
        let (name, scope, count) = (limit.name(), limit.scope().as_str(), limit.default());
        let row = format!("| `{name}` | {scope} | {count} | {} |", limit.what());
        assert!(readme.contains(&row), "the README lacks: {row}");
    }
}
