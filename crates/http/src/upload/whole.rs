use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, header},
};
use bytes::{Bytes, BytesMut};
use futures::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};

use super::multipart::{Boundary, Multipart};
use crate::headers::unescaped;

/// Bodies of at most this many bytes are waited for before the upload begins.
const WHOLE_MAX: usize = 64 << 10;
/// For so long: far less than a reservation waits for its upload.
const WHOLE_TIME: Duration = Duration::from_secs(1);

/// A body after a moment's wait.
pub(crate) enum Gathered {
    /// All of it: small files, by name.
    Whole(Vec<(String, Bytes)>),
    /// Too large, too slow, or of a kind that has to be looked at while it streams. Nothing of it is lost.
    Streaming(Body),
}

/// Waits a moment for a small body: what has arrived whole needs fewer transactions than what is still to come.
/// Cancel-safe: nothing has begun yet.
pub(crate) async fn gather(headers: &HeaderMap, body: Body, boundary: &Boundary) -> Gathered {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let gathered = match gather_bytes(length, body).await {
        Ok(gathered) => gathered,
        Err(body) => return Gathered::Streaming(body),
    };
    match files(gathered.clone(), boundary).await {
        Some(files) => Gathered::Whole(files),
        None => Gathered::Streaming(Body::from(gathered)),
    }
}

/// Waits a moment for a body of a small length; gives it back as it came where that is too long or unknown, or it
/// comes too slowly. Cancel-safe as [`gather`] is.
pub(super) async fn gather_bytes(length: Option<usize>, body: Body) -> Result<Bytes, Body> {
    let Some(length) = length.filter(|&length| length <= WHOLE_MAX) else { return Err(body) };
    let deadline = Instant::now() + WHOLE_TIME;
    let mut rest = body.into_data_stream();
    let mut gathered = BytesMut::with_capacity(length);
    while gathered.len() < length {
        match timeout_at(deadline, rest.next()).await {
            Ok(Some(Ok(piece))) => gathered.extend_from_slice(&piece),
            Ok(Some(Err(_)) | None) | Err(_) => {
                let before = stream::iter([Ok(gathered.freeze())]);
                return Err(Body::from_stream(before.chain(rest)));
            }
        }
    }
    Ok(gathered.freeze())
}

/// The files of a body that is as it should be.
async fn files(body: Bytes, boundary: &Boundary) -> Option<Vec<(String, Bytes)>> {
    let mut multipart = Multipart::new(Body::from(body), boundary);
    let mut files = Vec::new();
    while let Some(part) = multipart.next_part().await.ok()? {
        // Which of two readings of a name is meant only the manifest can tell.
        let name = part.file_name.filter(|name| unescaped(name).is_none())?;
        let mut data = multipart.data().await.ok()?.unwrap_or_default();
        while let Some(more) = multipart.data().await.ok()? {
            data = [data, more].concat().into();
        }
        files.push((name, data));
    }
    Some(files)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const BODY: &str =
        "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\nabc\r\n--x--";

    async fn gathered(body: Body, length: usize) -> Gathered {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        gather(&headers, body, &Boundary::parse("x").unwrap()).await
    }

    #[tokio::test]
    async fn a_small_body_is_read_at_once() {
        let Gathered::Whole(files) = gathered(BODY.into(), BODY.len()).await else { panic!("not whole") };
        assert_eq!(files, [("a".to_owned(), Bytes::from("abc"))]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_body_goes_on_as_a_stream_of_the_same_bytes() {
        let (head, tail) = BODY.split_at(20);
        let slow = stream::once(async move { Ok::<_, std::io::Error>(Bytes::from(head)) }).chain(
            stream::once(async move {
                tokio::time::sleep(2 * WHOLE_TIME).await;
                Ok(Bytes::from(tail))
            }),
        );
        let Gathered::Streaming(body) = gathered(Body::from_stream(slow), BODY.len()).await else {
            panic!("taken for whole")
        };
        assert_eq!(axum::body::to_bytes(body, 1 << 20).await.unwrap(), BODY);
    }

    #[tokio::test]
    async fn what_is_odd_is_left_to_the_stream() {
        let quoted = BODY.replace("\"a\"", "\"%22a\"");
        let nameless = BODY.replace("; filename=\"a\"", "");
        for odd in [&quoted, &nameless, "--x\r\n", "nothing"] {
            let body = gathered(odd.to_owned().into(), odd.len()).await;
            assert!(matches!(body, Gathered::Streaming(_)), "{odd}");
        }
        assert!(matches!(gathered(BODY.into(), WHOLE_MAX + 1).await, Gathered::Streaming(_)));
    }
}
