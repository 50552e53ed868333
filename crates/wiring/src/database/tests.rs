use super::*;

fn database_of(url: &str) -> Result<DatabaseUrl, String> {
    url.parse().map_err(|reason: String| WiringError::unusable("database-url", reason).to_string())
}

fn sqlite_path(url: DatabaseUrl) -> Option<PathBuf> {
    match url {
        DatabaseUrl::Sqlite(path) => Some(path),
        DatabaseUrl::Postgres(_) => None,
    }
}

#[test]
fn without_an_url_it_is_in_the_data_folder() {
    let database = DatabaseUrl::in_folder(Path::new("data")).unwrap();
    assert_eq!(sqlite_path(database), Some("data/elizabeth.db".into()));
}

#[test]
fn paths_stand_as_they_are() {
    assert_eq!(sqlite_path(database_of("sqlite:///srv/e.db").unwrap()), Some("/srv/e.db".into()));
    assert_eq!(sqlite_path(database_of("sqlite://e.db").unwrap()), Some("e.db".into()));
}

#[test]
fn postgres_goes_by_both_names_and_hides_its_password() {
    for url in ["postgres://user:hunter2@host/db", "postgresql://user:hunter2@host/db"] {
        let read = database_of(url).unwrap();
        assert!(read.is_shared() && !format!("{read:?}").contains("hunter2"));
    }
}

#[test]
fn other_urls_are_refused_in_one_line() {
    for url in
        ["", "e.db", "sqlite://", "sqlite://:memory:", "sqlite://e.db?mode=ro", "mysql://u:hunter2@h/d"]
    {
        let error = database_of(url).unwrap_err();
        assert!(error.starts_with("--database-url (ELIZABETH_DATABASE_URL): "), "{error}");
        assert!(!error.contains('\n') && !error.contains("hunter2"), "{url}: {error}");
    }
}
