use elizabeth_api::Size;
use elizabeth_core::{Error, Invalid};

/// An error that names a size as the client announced it: JSON has numbers below 0, which core takes and names as
/// [`Size::saturated`]. It refuses the first size that is out of range, sizes of files before those of chunks: so the
/// sizes stand here too.
pub(crate) fn as_announced(error: Error, sizes: &[Size]) -> Error {
    let announced = |named: i128| {
        let first = sizes.iter().find(|size| i128::from(size.saturated()) == named);
        first.map_or(named, |size| size.0)
    };
    match error {
        Error::Invalid(Invalid::FileSize { name, size }) => {
            Invalid::FileSize { name, size: announced(size) }.into()
        }
        Error::Invalid(Invalid::ChunkSize { name, asked }) => {
            Invalid::ChunkSize { name, asked: announced(asked) }.into()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use elizabeth_core::{
        content::{FileRequest, Manifest},
        time::Timestamp,
        upload::{Pieces, UploadFileRequest},
    };

    use super::*;

    fn file((index, size): (usize, &Size)) -> FileRequest {
        FileRequest::new(index.to_string(), size.saturated())
    }

    #[test]
    fn a_size_is_named_as_it_was_announced() {
        let read = |sizes: &[i128]| {
            let sizes: Vec<Size> = sizes.iter().copied().map(Size).collect();
            let files = sizes.iter().enumerate().map(file).collect();
            let error = Manifest::parse(files, Timestamp::EPOCH).unwrap_err();
            as_announced(error.into(), &sizes).to_string()
        };
        let max = i128::from(u64::MAX);
        assert_eq!(read(&[-1]), "\"0\": the size -1 is out of range");
        assert_eq!(read(&[7, -2, -3]), "\"1\": the size -2 is out of range");
        assert_eq!(read(&[1 << 63, -1]), format!("\"0\": the size {} is out of range", 1u64 << 63));
        assert_eq!(read(&[max, -1]), format!("\"0\": the size {max} is out of range"));
    }

    #[test]
    fn so_is_a_size_of_chunks() {
        for asked in [-1, 0, 65_535, (64 << 20) + 1, i128::from(u64::MAX)] {
            let pieces = Pieces::Chunked { chunk_size: Some(Size(asked).saturated()), file_hash: None };
            let error = UploadFileRequest::new(FileRequest::new("a", 1), pieces).parse(Timestamp::EPOCH);
            let error = as_announced(error.unwrap_err().into(), &[Size(1), Size(asked)]);
            assert_eq!(error.to_string(), format!("\"a\": chunk_size may be 65536 to 67108864, not {asked}"));
        }
    }
}
