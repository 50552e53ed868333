//! Small pictures of contents, made by whoever added them: lists show a picture without reading its bytes.

use bytes::Bytes;
use imagesize::{Compression, ImageType};

use crate::policy::THUMBNAIL_SIDE_MAX;

/// What a thumbnail may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThumbnailType {
    /// JPEG.
    Jpeg,
    /// WebP.
    Webp,
    /// AVIF.
    Avif,
}

impl ThumbnailType {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Jpeg, Self::Webp, Self::Avif];

    /// Its media type.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Avif => "image/avif",
        }
    }

    /// The one of a media type, whose parameters do not count.
    pub fn of(media_type: &str) -> Option<Self> {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        Self::ALL.into_iter().find(|known| essence.eq_ignore_ascii_case(known.as_str()))
    }

    /// What bytes are, by their first ones.
    fn sniff(bytes: &[u8]) -> Option<Self> {
        match imagesize::image_type(bytes).ok()? {
            ImageType::Jpeg => Some(Self::Jpeg),
            ImageType::Webp => Some(Self::Webp),
            ImageType::Heif(Compression::Av1) => Some(Self::Avif),
            _ => None,
        }
    }
}

/// A thumbnail as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thumbnail {
    /// What it is.
    pub media_type: ThumbnailType,
    /// The picture.
    pub bytes: Bytes,
}

/// Why bytes are no thumbnail.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidThumbnail {
    /// They are of another type than was declared, or of none that a thumbnail may have.
    #[error("these bytes are no {}", .0.as_str())]
    OtherType(ThumbnailType),
    /// Their header does not say how large the picture is.
    #[error("the picture's header cannot be read")]
    Unreadable,
    /// The picture has too many pixels a side, or none.
    #[error("a thumbnail has 1 to {THUMBNAIL_SIDE_MAX} pixels a side, this one {width} by {height}")]
    Side {
        /// Pixels.
        width: usize,
        /// Pixels.
        height: usize,
    },
    /// More bytes than a thumbnail may have.
    #[error("a thumbnail has at most {0} bytes")]
    TooLong(u64),
}

impl Thumbnail {
    /// Takes bytes for a thumbnail that are what they are declared to be, as far as their header tells: nothing is decoded.
    ///
    /// # Errors
    ///
    /// [`InvalidThumbnail`], but for [`InvalidThumbnail::TooLong`], which is judged where it is stored.
    pub fn parse(media_type: ThumbnailType, bytes: Bytes) -> Result<Self, InvalidThumbnail> {
        if ThumbnailType::sniff(&bytes) != Some(media_type) {
            return Err(InvalidThumbnail::OtherType(media_type));
        }
        let size = imagesize::blob_size(&bytes).map_err(|_| InvalidThumbnail::Unreadable)?;
        let sides = 1..=THUMBNAIL_SIDE_MAX;
        if !sides.contains(&size.width) || !sides.contains(&size.height) {
            return Err(InvalidThumbnail::Side { width: size.width, height: size.height });
        }
        Ok(Self { media_type, bytes })
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A JPEG's header up to its size.
    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let [w, h] = [width.to_be_bytes(), height.to_be_bytes()];
        let mut bytes = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08".to_vec();
        bytes.extend([h, w].concat());
        bytes
    }

    /// The same of a WebP with the extended header.
    fn webp(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0".to_vec();
        bytes.extend_from_slice(&(width - 1).to_le_bytes()[..3]);
        bytes.extend_from_slice(&(height - 1).to_le_bytes()[..3]);
        bytes
    }

    /// The boxes of an AVIF that its size is read from.
    fn avif(width: u32, height: u32) -> Vec<u8> {
        fn boxed(name: &[u8; 4], within: &[u8]) -> Vec<u8> {
            [&(within.len() as u32 + 8).to_be_bytes()[..], name, within].concat()
        }
        let size = [[0; 4], width.to_be_bytes(), height.to_be_bytes()].concat();
        let properties = boxed(b"iprp", &boxed(b"ipco", &boxed(b"ispe", &size)));
        let meta = boxed(b"meta", &[vec![0; 4], properties].concat());
        [boxed(b"ftyp", b"avif\0\0\0\0avifmif1"), meta].concat()
    }

    fn parse(media_type: ThumbnailType, bytes: &[u8]) -> Result<(), InvalidThumbnail> {
        Thumbnail::parse(media_type, Bytes::copy_from_slice(bytes)).map(drop)
    }

    #[test]
    fn a_picture_is_what_its_bytes_are() {
        use ThumbnailType::{Avif, Jpeg, Webp};
        let pictures = [(Jpeg, jpeg(512, 1)), (Webp, webp(1, 512)), (Avif, avif(512, 512))];
        for (own, bytes) in &pictures {
            for declared in ThumbnailType::ALL {
                let expected =
                    if declared == *own { Ok(()) } else { Err(InvalidThumbnail::OtherType(declared)) };
                assert_eq!(parse(declared, bytes), expected);
            }
        }
        for no_thumbnail in [
            &b"GIF89a\x01\0\x01\0\0\0\0"[..],
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            b"",
            b"\xff",
            b"<svg/>",
            b"RIFF",
        ] {
            assert_eq!(parse(Jpeg, no_thumbnail), Err(InvalidThumbnail::OtherType(Jpeg)));
        }
    }

    #[test]
    fn a_side_has_an_end() {
        use ThumbnailType::{Avif, Jpeg, Webp};
        for (declared, bytes, (width, height)) in [
            (Jpeg, jpeg(513, 1), (513, 1)),
            (Jpeg, jpeg(1, u16::MAX), (1, 65_535)),
            (Jpeg, jpeg(0, 1), (0, 1)),
            (Webp, webp(1, 513), (1, 513)),
            (Avif, avif(u32::MAX, u32::MAX), (0xffff_ffff, 0xffff_ffff)),
        ] {
            assert_eq!(parse(declared, &bytes), Err(InvalidThumbnail::Side { width, height }));
        }
        assert_eq!(parse(Jpeg, &jpeg(1, 1)[..14]), Err(InvalidThumbnail::Unreadable));
    }

    #[test]
    fn a_type_is_known_whatever_its_parameters() {
        assert_eq!(ThumbnailType::of("Image/WebP; x=y"), Some(ThumbnailType::Webp));
        for other in ["", "image/gif", "image/*", "image/jpegs", "jpeg"] {
            assert_eq!(ThumbnailType::of(other), None, "{other}");
        }
    }

    proptest! {
        /// Whatever follows a header that is one of ours, there is an answer.
        #[test]
        fn any_bytes_have_an_answer(
            which in 0usize..3,
            cut in 0usize..64,
            rest in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let header = [jpeg(9, 9), webp(9, 9), avif(9, 9)][which].clone();
            let bytes = [&header[..cut.min(header.len())], &rest].concat();
            for declared in ThumbnailType::ALL {
                let _ = parse(declared, &bytes);
            }
        }
    }
}
