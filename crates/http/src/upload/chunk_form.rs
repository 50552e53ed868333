use std::sync::{Arc, OnceLock};

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use elizabeth_core::{content::Sha256Hash, service::ChunkRequest};
use secrecy::SecretString;

use super::{multipart::Multipart, transfer::Source};
use crate::problem::{Problem, RequestCode};

/// The fields of a chunk's form.
const FIELDS: [&str; 6] =
    ["upload_token", "file_index", "chunk_index", "chunk_size", "chunk_hash", "chunk_data"];
/// The places of those that may come behind the data.
const FILE: usize = 1;
const HASH: usize = 4;
/// The field whose data is the chunk.
const DATA: usize = 5;
/// The most bytes of any other field, and the most fields.
const FIELD_MAX: usize = 4 << 10;
const FIELDS_MAX: usize = 64;

/// A form that brings one chunk: what says where it belongs, then its data, then what can be checked against it.
pub(crate) struct ChunkForm {
    multipart: Multipart,
    /// Fields that have come.
    count: usize,
    /// Those with a value.
    values: [Option<String>; DATA],
    /// The hash that came behind the data.
    late_hash: Arc<OnceLock<Sha256Hash>>,
    /// Whether the chunk's data has not been asked for yet.
    untouched: bool,
}

/// What the fields before the data say.
pub(crate) struct ChunkFields {
    /// The upload's token, where the form has it.
    pub(crate) token: Option<SecretString>,
    /// Which chunk it is.
    pub(crate) request: ChunkRequest,
}

impl ChunkForm {
    /// Reads a form.
    pub(crate) fn new(multipart: Multipart) -> Self {
        Self { multipart, count: 0, values: Default::default(), late_hash: Arc::default(), untouched: true }
    }

    /// The fields up to the data, which is to be read next. Fields of other names are passed over.
    ///
    /// # Errors
    ///
    /// When one of them is missing, malformed, or comes twice.
    pub(crate) async fn fields(&mut self) -> Result<ChunkFields, Problem> {
        while let Some(field) = self.next_field().await? {
            if field == DATA {
                return read(&self.values);
            }
            self.keep(field).await?;
        }
        Err(missing(DATA))
    }

    /// The hash that came behind the data; none before the form has come to its end.
    pub(crate) fn late_hash(&self) -> Arc<OnceLock<Sha256Hash>> {
        self.late_hash.clone()
    }

    /// Reads what comes behind the data: clients that were generated send fields that may be left out last.
    async fn read_late(&mut self, field: usize) -> Result<(), Problem> {
        if !matches!(field, FILE | HASH) {
            return Err(invalid(format!("form: {} comes behind chunk_data", FIELDS[field])));
        }
        let text = self.keep(field).await?;
        if field == HASH {
            let hash = Sha256Hash::parse(text)?;
            self.late_hash.get_or_init(|| hash);
        } else if number(FILE, text)? != 0 {
            // Without it the chunk was taken as one of the first file.
            return Err(invalid("form: file_index comes behind chunk_data, and is not 0".to_owned()));
        }
        Ok(())
    }

    /// Reads a field's value, which comes once.
    async fn keep(&mut self, field: usize) -> Result<&str, Problem> {
        let bytes = self.value(FIELDS[field]).await?;
        let text = String::from_utf8(bytes.into());
        let text = text.map_err(|_| invalid(format!("form: {} is no UTF-8", FIELDS[field])))?;
        if self.values[field].is_some() {
            return Err(invalid(format!("form: {} comes twice", FIELDS[field])));
        }
        Ok(self.values[field].insert(text))
    }

    /// The next field of a known name, by its place among [`FIELDS`].
    async fn next_field(&mut self) -> Result<Option<usize>, Problem> {
        while let Some(part) = self.multipart.next_part().await? {
            self.count += 1;
            if self.count > FIELDS_MAX {
                return Err(invalid(format!("form: it has more than {FIELDS_MAX} fields")));
            }
            let name = part.field.unwrap_or_default();
            if let Some(field) = FIELDS.iter().position(|known| *known == name) {
                return Ok(Some(field));
            }
            self.value("a field of another name").await?;
        }
        Ok(None)
    }

    async fn value(&mut self, name: &str) -> Result<BytesMut, Problem> {
        let mut value = BytesMut::new();
        while let Some(piece) = self.multipart.data().await? {
            if value.len() + piece.len() > FIELD_MAX {
                return Err(invalid(format!("form: {name} has more than {FIELD_MAX} bytes")));
            }
            value.extend_from_slice(&piece);
        }
        Ok(value)
    }
}

impl Source for ChunkForm {
    async fn next_file(&mut self) -> Result<Option<String>, Problem> {
        if std::mem::take(&mut self.untouched) {
            return Ok(Some(String::new()));
        }
        while let Some(field) = self.next_field().await? {
            self.read_late(field).await?;
        }
        Ok(None)
    }

    async fn data(&mut self) -> Result<Option<Bytes>, Problem> {
        Ok(self.multipart.data().await?)
    }

    fn into_body(self) -> Body {
        self.multipart.into_body()
    }
}

fn read(values: &[Option<String>; DATA]) -> Result<ChunkFields, Problem> {
    let [token, file, index, size, hash] = values;
    let file = file.as_deref().map(|text| number(FILE, text)).transpose()?.unwrap_or_default();
    let index = number(2, index.as_deref().ok_or_else(|| missing(2))?)?;
    let size = number(3, size.as_deref().ok_or_else(|| missing(3))?)?;
    let sha256 = hash.as_deref().map(Sha256Hash::parse).transpose()?;
    let request = ChunkRequest { file, index, size: Some(size), sha256 };
    Ok(ChunkFields { token: token.clone().map(SecretString::from), request })
}

fn number(field: usize, text: &str) -> Result<u64, Problem> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits);
    number.ok_or_else(|| invalid(format!("form: {} must be a whole number of 0 or more", FIELDS[field])))
}

fn missing(field: usize) -> Problem {
    let place = if field == DATA { "" } else { " in front of chunk_data" };
    invalid(format!("form: {} is missing{place}", FIELDS[field]))
}

fn invalid(text: String) -> Problem {
    Problem::new(RequestCode::InvalidMultipart, text)
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::upload::Boundary;

    /// The SHA-256 of `abc`.
    const HEX: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn form(fields: &[(&str, &str)]) -> ChunkForm {
        let mut body = String::new();
        for (name, value) in fields {
            body += &format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        }
        body += "--x--";
        ChunkForm::new(Multipart::new(Body::from(body), &Boundary::parse("x").unwrap()))
    }

    /// The token, the request's numbers, and the data.
    fn read(fields: &[(&str, &str)]) -> Result<(bool, u64, u64, Option<u64>, Bytes), String> {
        let mut form = form(fields);
        block_on(async {
            let ChunkFields { token, request } = form.fields().await?;
            assert!(form.next_file().await?.is_some());
            let data = form.data().await?.unwrap_or_default();
            assert!(form.next_file().await?.is_none());
            Ok((token.is_some(), request.file, request.index, request.size, data))
        })
        .map_err(|problem: Problem| problem.text().to_owned())
    }

    #[test]
    fn fields_are_read_up_to_the_data() {
        let (index, size, data) = (("chunk_index", "2"), ("chunk_size", "3"), ("chunk_data", "abc"));
        let bytes = Bytes::from("abc");
        assert_eq!(read(&[index, size, data]), Ok((false, 0, 2, Some(3), bytes.clone())));
        let all =
            [("x", "y"), ("upload_token", "t"), ("file_index", "1"), index, ("", ""), size, data, ("z", "")];
        assert_eq!(read(&all), Ok((true, 1, 2, Some(3), bytes.clone())));
        let otherwise = [size, ("file_index", "1"), index, ("upload_token", "t"), data];
        assert_eq!(read(&otherwise), Ok((true, 1, 2, Some(3), bytes)));
    }

    #[test]
    fn what_can_be_checked_may_come_behind_the_data() {
        let fields = [("chunk_index", "2"), ("chunk_size", "3"), ("chunk_data", "abc")];
        for late in [&[("chunk_hash", HEX)][..], &[("file_index", "0"), ("chunk_hash", HEX), ("x", "y")]] {
            let mut form = form(&[&fields[..], late].concat());
            let hash = form.late_hash();
            block_on(async {
                assert_eq!(form.fields().await.unwrap().request.sha256, None);
                assert!(form.next_file().await.unwrap().is_some());
                while form.data().await.unwrap().is_some() {}
                assert_eq!(hash.get(), None);
                assert!(form.next_file().await.unwrap().is_none());
            });
            assert_eq!(hash.get().map(|hash| hash.to_hex()).as_deref(), Some(HEX));
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let (index, size, data) = (("chunk_index", "2"), ("chunk_size", "3"), ("chunk_data", "abc"));
        let long = "x".repeat(FIELD_MAX + 1);
        let many = vec![("x", ""); FIELDS_MAX + 1];
        for (fields, text) in [
            (&[][..], "chunk_data is missing"),
            (&[index, size], "chunk_data is missing"),
            (&[index, data], "chunk_size is missing in front of chunk_data"),
            (&[data, index, size], "chunk_index is missing in front of chunk_data"),
            (&[index, size, index, data], "chunk_index comes twice"),
            (&[index, index, size, data], "chunk_index comes twice"),
            (&[index, size, data, size], "chunk_size comes behind chunk_data"),
            (&[index, size, data, ("upload_token", "t")], "upload_token comes behind chunk_data"),
            (&[index, size, data, ("file_index", "1")], "file_index comes behind chunk_data, and is not 0"),
            (&[("file_index", "0"), index, size, data, ("file_index", "0")], "file_index comes twice"),
            (&[index, size, data, ("chunk_hash", "abc")], "64 hexadecimal digits"),
            (&[index, size, data, ("chunk_hash", HEX), ("chunk_hash", HEX)], "chunk_hash comes twice"),
            (&[("chunk_hash", HEX), index, size, data, ("chunk_hash", HEX)], "chunk_hash comes twice"),
            (&[index, size, data, data], "chunk_data comes behind chunk_data"),
            (&[("chunk_index", "-1"), size, data], "chunk_index must be a whole number"),
            (&[("chunk_index", ""), size, data], "chunk_index must be a whole number"),
            (&[("chunk_index", "18446744073709551616"), size, data], "chunk_index must be a whole number"),
            (&[index, ("chunk_size", "3.0"), data], "chunk_size must be a whole number"),
            (&[("file_index", "a"), index, size, data], "file_index must be a whole number"),
            (&[index, size, ("chunk_hash", "abc"), data], "64 hexadecimal digits"),
            (&[("upload_token", &long), index, size, data], "upload_token has more than 4096 bytes"),
            (&[("x", &long), index, size, data], "a field of another name has more than 4096 bytes"),
            (&many, "more than 64 fields"),
        ] {
            let error = read(fields).unwrap_err();
            assert!(error.contains(text), "{fields:?}: {error}");
        }
    }
}
