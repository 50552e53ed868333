use secrecy::ExposeSecret;

use super::*;

fn aws(values: [&str; 4]) -> AwsVariables {
    let [access_key_id, secret_access_key, region, endpoint] =
        values.map(|value| (value != "-").then(|| value.into()));
    AwsVariables { access_key_id, secret_access_key, region, endpoint, ..AwsVariables::default() }
}

fn read(url: &str, values: [&str; 4]) -> Result<S3Options, String> {
    options("blob-url", url, &aws(values)).map_err(|error| error.to_string())
}

const PAIR: [&str; 4] = ["id", "hunter2", "-", "-"];

#[test]
fn a_bucket_of_each_kind_is_understood() {
    let r2 = "https://abc.r2.cloudflarestorage.com";
    for (url, values, expected) in [
        (
            "rooms",
            ["id", "s", "eu-central-1", "-"],
            ("rooms", "", None, "eu-central-1", Addressing::VirtualHost),
        ),
        ("my.rooms?region=eu-west-1", PAIR, ("my.rooms", "", None, "eu-west-1", Addressing::Path)),
        ("rooms/a/b/", ["id", "s", "-", r2], ("rooms", "a/b", Some(r2), "auto", Addressing::Path)),
        (
            "rooms/?endpoint=http%3A%2F%2F127.0.0.1%3A9000%2F",
            ["id", "s", "", ""],
            ("rooms", "", Some("http://127.0.0.1:9000"), "us-east-1", Addressing::Path),
        ),
        (
            "rooms?endpoint=https://s3.garage.example:3900&region=garage&style=virtual",
            ["id", "s", "elsewhere", "http://elsewhere"],
            ("rooms", "", Some("https://s3.garage.example:3900"), "garage", Addressing::VirtualHost),
        ),
    ] {
        let read = read(url, values).unwrap();
        let got = (&*read.bucket, &*read.prefix, read.endpoint.as_deref(), &*read.region, read.addressing);
        assert_eq!(got, expected, "{url}");
    }
}

#[test]
fn a_temporary_key_pair_has_a_session_token() {
    let read = |token: &str| {
        let variables = AwsVariables { session_token: Some(token.into()), ..aws(PAIR) };
        options("blob-url", "rooms?endpoint=http://h", &variables).map_err(|error| error.to_string())
    };
    let token = read("hunter3").unwrap().session_token.unwrap();
    assert_eq!(token.expose_secret(), "hunter3");
    assert!(read("").unwrap().session_token.is_none());
    let error = read("hunter3\n").unwrap_err();
    assert!(error.starts_with("AWS_SESSION_TOKEN: ") && !error.contains("hunter3"), "{error}");
}

#[test]
fn what_is_wrong_names_where_it_stands() {
    const URL: &str = "--blob-url (ELIZABETH_BLOB_URL)";
    let near = "rooms?endpoint=http://h";
    for (url, values, named) in [
        ("", PAIR, URL),
        ("ab", PAIR, URL),
        ("user:hunter2@bucket", PAIR, URL),
        ("rooms/../other", PAIR, URL),
        ("rooms/a//b", PAIR, URL),
        ("rooms/a b", PAIR, URL),
        ("rooms?endpoint=h:9000", PAIR, URL),
        ("rooms?endpoint=http://h/path", PAIR, URL),
        ("rooms?endpoint=http://u:hunter2@h", PAIR, URL),
        ("rooms?endpoint=%ff", PAIR, URL),
        ("rooms?endpoint=http://h&region=", PAIR, URL),
        ("rooms?endpoint=http://h&style=other", PAIR, URL),
        ("rooms?secret=hunter2", PAIR, URL),
        ("rooms", PAIR, "AWS_REGION"),
        ("rooms", ["id", "s", "two words", "-"], "AWS_REGION"),
        ("rooms", ["id", "s", "-", "ftp://h"], "AWS_ENDPOINT_URL"),
        (near, ["-", "hunter2", "-", "-"], "AWS_ACCESS_KEY_ID"),
        (near, ["", "hunter2", "-", "-"], "AWS_ACCESS_KEY_ID"),
        (near, ["id", "-", "-", "-"], "AWS_SECRET_ACCESS_KEY"),
        (near, ["id", "hunter2\n", "-", "-"], "AWS_SECRET_ACCESS_KEY"),
    ] {
        let error = read(url, values).unwrap_err();
        assert!(error.starts_with(&format!("{named}: ")), "{url}: {error}");
        assert!(!error.contains('\n') && !error.contains("hunter2"), "{url}: {error}");
    }
}
