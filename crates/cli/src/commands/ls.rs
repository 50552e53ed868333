use clap::Args;
use elizabeth_client::{ClientError, Content, read};

use crate::{
    error::Error,
    output::Output,
    terminal,
    units::{human_size, human_time},
    visit::Access,
};

#[derive(Args)]
pub(crate) struct Ls {
    /// Which room: HOST/ROOM
    #[arg(value_name = "ROOM-URL")]
    room: String,
    #[command(flatten)]
    access: Access,
}

impl Ls {
    /// Prints a table, or the contents as the server gives them.
    pub(crate) async fn run(self, output: Output) -> Result<(), Error> {
        let mut session = self.access.visit_room(&self.room).await?.enter().await?;
        let contents = session.contents().await?;
        if output.json {
            return terminal::print_json(&contents);
        }
        let contents = contents.iter().map(read).collect::<Result<Vec<_>, ClientError>>()?;
        if contents.is_empty() {
            return Ok(());
        }
        table(&contents).iter().try_for_each(|line| terminal::print_line(line))
    }
}

/// The columns; the last is not padded.
const TITLES: [&str; 7] = ["ID", "TYPE", "SIZE", "CREATED (UTC)", "EXPIRES (UTC)", "DOWNLOADS", "NAME"];

fn table(contents: &[Content]) -> Vec<String> {
    let mut rows = vec![TITLES.map(str::to_owned)];
    rows.extend(contents.iter().map(row));
    let mut widths = [0; TITLES.len()];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    rows.iter().map(|row| aligned(row, &widths)).collect()
}

fn row(content: &Content) -> [String; TITLES.len()] {
    let downloads = match content.max_downloads {
        Some(most) => format!("{}/{most}", content.download_count),
        None => content.download_count.to_string(),
    };
    [
        content.id.to_string(),
        content.content_type.clone().into_owned(),
        human_size(content.size),
        human_time(content.created_at.0),
        content.expire_at.map_or_else(|| "-".to_owned(), |at| human_time(at.0)),
        downloads,
        content.file_name.as_deref().unwrap_or("-").to_owned(),
    ]
}

/// Numbers to the right, words to the left.
fn aligned(row: &[String; TITLES.len()], widths: &[usize; TITLES.len()]) -> String {
    let [id, kind, size, created, expires, downloads, name] = row;
    let [w0, w1, w2, w3, w4, w5, _] = *widths;
    format!("{id:>w0$}  {kind:<w1$}  {size:>w2$}  {created:<w3$}  {expires:<w4$}  {downloads:>w5$}  {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let one: Content = serde_json::from_value(serde_json::json!({
            "id": 7,
            "content_type": "file",
            "file_name": "größe.txt",
            "size": 1_536,
            "sha256": "0".repeat(64),
            "download_count": 1,
            "max_downloads": 3,
            "expire_at": "2026-12-01T00:00:00Z",
            "created_at": "2026-11-21T08:15:30.5Z",
        }))
        .unwrap();
        let other =
            Content { id: 1_234, file_name: None, max_downloads: None, expire_at: None, ..one.clone() };
        let expected = [
            "  ID  TYPE     SIZE  CREATED (UTC)     EXPIRES (UTC)     DOWNLOADS  NAME",
            "   7  file  1.5 KiB  2026-11-21 08:15  2026-12-01 00:00        1/3  größe.txt",
            "1234  file  1.5 KiB  2026-11-21 08:15  -                         1  -",
        ];
        assert_eq!(table(&[one, other]), expected);
    }
}
