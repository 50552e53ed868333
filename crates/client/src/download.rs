use data_encoding::HEXLOWER;
use reqwest::{Method, Response, StatusCode, header};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use url::Url;

use crate::{Content, error::ClientError, progress::Progress, session::Session};

/// Writes a content's bytes, and compares their number and their hash with what the room says of it. When they
/// differ, that is an error, but what was written is written.
///
/// # Errors
///
/// [`ClientError::Damaged`] for other bytes than the room says, [`ClientError::Local`] where they cannot be written,
/// and those of the server.
pub async fn download(
    session: &mut Session,
    content: &Content,
    out: &mut (impl AsyncWrite + Unpin),
    progress: &dyn Progress,
) -> Result<(), ClientError> {
    let id = content.id.to_string();
    let request = session.request(Method::GET, &["contents", &id, "download"]).await?;
    let client = session.client();
    let answer = client.send(request).await?;
    let mut answer = match link(&answer) {
        Some(link) => client.fetch_elsewhere(link).await?,
        None => client.accepted(answer).await?,
    };
    let failed = |source| ClientError::Local { name: content.label(), source };
    let mut digest = Sha256::new();
    let mut written = 0;
    while let Some(piece) = client.piece(&mut answer).await? {
        written += piece.len() as u64;
        if written > content.size {
            return Err(ClientError::Damaged(content.label()));
        }
        digest.update(&piece);
        out.write_all(&piece).await.map_err(failed)?;
        progress.advance(piece.len() as u64);
    }
    out.flush().await.map_err(failed)?;
    if written != content.size || HEXLOWER.encode(&digest.finalize()) != content.sha256 {
        return Err(ClientError::Damaged(content.label()));
    }
    Ok(())
}

/// Where a server sends on to for the bytes.
fn link(answer: &Response) -> Option<Url> {
    let sent_on = answer.status() == StatusCode::TEMPORARY_REDIRECT;
    let location = answer.headers().get(header::LOCATION).filter(|_| sent_on)?;
    answer.url().join(location.to_str().ok()?).ok()
}
