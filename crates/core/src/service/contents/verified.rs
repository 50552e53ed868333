use futures::StreamExt;
use sha2::{Digest, Sha256};

use crate::{
    content::Content,
    ports::{BlobError, BlobStream},
};

/// All the bytes of a content, held against its hash as they go by. The piece that ends them is held back until they
/// match: what has changed ends in an error, short of its end, and never as if it were whole.
pub(crate) fn verified(content: &Content, bytes: BlobStream) -> BlobStream {
    let (id, expected, mut left) = (content.id, content.sha256, content.size);
    let mut hasher = Some(Sha256::new());
    let verified = bytes.map(move |piece| {
        let piece = piece?;
        if let Some(hasher) = &mut hasher {
            hasher.update(&piece);
        }
        left = left.saturating_sub(piece.len() as u64);
        match hasher.take_if(|_| left == 0).map(|hasher| hasher.finalize()) {
            Some(actual) if *actual != expected.0 => {
                Err(BlobError::Unavailable(format!("the bytes of content {id} are not those that came")))
            }
            Some(_) | None => Ok(piece),
        }
    });
    verified.boxed()
}
