//! The records of a zip archive (PKWARE APPNOTE 6.3.10). Sizes and checksums stand behind each entry, as they are not
//! known before; the 64-bit forms are used only where the usual ones do not suffice.

use elizabeth_core::time::Timestamp;

/// What a field of 32 bits holds to say that the value stands in the 64-bit extra field.
const IN_EXTRA: u32 = u32::MAX;
/// From this size on an entry is written in the 64-bit form. Deflating may add a little to what cannot be deflated.
const LARGE: u64 = IN_EXTRA as u64 - (16 << 20);
/// Sizes follow the data (bit 3), the name is UTF-8 (bit 11).
const FLAGS: u16 = 1 << 3 | 1 << 11;
/// A regular file that its owner may write and everybody may read, in the upper half, as Unix has it.
const ATTRIBUTES: u32 = 0o100_644 << 16;
/// Made by version 4.5 on Unix.
const MADE_BY: u16 = 3 << 8 | 45;

/// How an entry's bytes are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Stored = 0,
    Deflated = 8,
}

/// An entry as the directory at the archive's end lists it.
pub(super) struct Entry {
    pub(super) name: Box<str>,
    pub(super) method: Method,
    pub(super) modified: Timestamp,
    /// Where its local header begins.
    pub(super) offset: u64,
    /// Bytes of the content. Announced before, true behind the data.
    pub(super) size: u64,
    /// Bytes in the archive.
    pub(super) packed: u64,
    pub(super) crc: u32,
}

impl Entry {
    fn is_large(&self) -> bool {
        self.size >= LARGE
    }

    fn needs_version(&self) -> u16 {
        if self.is_large() { 45 } else { 20 }
    }

    /// What stands before its bytes (section 4.3.7).
    pub(super) fn local_header(&self, out: &mut Vec<u8>) {
        let sizes = if self.is_large() { IN_EXTRA } else { 0 };
        put32(out, 0x0403_4b50);
        self.common(out, 0, [sizes, sizes]);
        let large: &[u64] = if self.is_large() { &[0, 0] } else { &[] };
        self.name_and_extra(out, large, &[]);
    }

    /// What stands behind its bytes (section 4.3.9).
    pub(super) fn descriptor(&self, out: &mut Vec<u8>) {
        put32(out, 0x0807_4b50);
        put32(out, self.crc);
        for size in [self.packed, self.size] {
            if self.is_large() { put64(out, size) } else { put32(out, capped(size)) }
        }
    }

    /// Its line in the directory (section 4.3.12).
    pub(super) fn directory_header(&self, out: &mut Vec<u8>) {
        put32(out, 0x0201_4b50);
        put16(out, MADE_BY);
        self.common(out, self.crc, [capped(self.packed), capped(self.size)]);
        let large: Vec<u64> = [self.size, self.packed, self.offset]
            .into_iter()
            .filter(|value| capped(*value) == IN_EXTRA)
            .collect();
        let mut rest = Vec::with_capacity(14);
        // No comment, the first disk, no internal attributes.
        [0, 0, 0].into_iter().for_each(|field| put16(&mut rest, field));
        put32(&mut rest, ATTRIBUTES);
        put32(&mut rest, capped(self.offset));
        self.name_and_extra(out, &large, &rest);
    }

    /// The fields that both headers begin with.
    fn common(&self, out: &mut Vec<u8>, crc: u32, [packed, size]: [u32; 2]) {
        let (time, date) = dos_time(self.modified);
        for field in [self.needs_version(), FLAGS, self.method as u16, time, date] {
            put16(out, field);
        }
        for field in [crc, packed, size] {
            put32(out, field);
        }
    }

    /// The lengths of name and extra fields, what comes between, and both: the 64-bit values (section 4.5.3) and
    /// the time in UTC, which the field of old has not (Info-ZIP's `UT`).
    fn name_and_extra(&self, out: &mut Vec<u8>, large: &[u64], between: &[u8]) {
        let mut extra = Vec::with_capacity(40);
        if !large.is_empty() {
            put16(&mut extra, 0x0001);
            put16(&mut extra, 8 * large.len() as u16);
            large.iter().for_each(|value| put64(&mut extra, *value));
        }
        if let Ok(seconds) = i32::try_from(self.modified.as_secs()) {
            put16(&mut extra, 0x5455);
            put16(&mut extra, 5);
            extra.push(1);
            extra.extend(seconds.to_le_bytes());
        }
        // A file name has at most 1,024 bytes and its number a few more.
        put16(out, self.name.len() as u16);
        put16(out, extra.len() as u16);
        out.extend_from_slice(between);
        out.extend_from_slice(self.name.as_bytes());
        out.extend_from_slice(&extra);
    }
}

/// What ends an archive (sections 4.3.14 to 4.3.16), whose directory of so many entries and bytes begins there.
pub(super) fn end_of_archive(out: &mut Vec<u8>, entries: u64, directory: u64, start: u64) {
    let few = u16::try_from(entries).unwrap_or(u16::MAX);
    if few == u16::MAX || capped(directory) == IN_EXTRA || capped(start) == IN_EXTRA {
        put32(out, 0x0606_4b50);
        put64(out, 44);
        put16(out, MADE_BY);
        put16(out, 45);
        [0, 0].into_iter().for_each(|disk| put32(out, disk));
        [entries, entries, directory, start].into_iter().for_each(|value| put64(out, value));
        put32(out, 0x0706_4b50);
        put32(out, 0);
        put64(out, start + directory);
        put32(out, 1);
    }
    put32(out, 0x0605_4b50);
    [0, 0, few, few].into_iter().for_each(|field| put16(out, field));
    put32(out, capped(directory));
    put32(out, capped(start));
    put16(out, 0);
}

/// A value of 64 bits in a field of 32, which is full when the value stands elsewhere.
fn capped(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(IN_EXTRA)
}

/// Time and date as MS-DOS had them: from 1980 on, two seconds exact, taken as UTC.
fn dos_time(instant: Timestamp) -> (u16, u16) {
    const FIRST: (u16, u16) = (0, 1 << 5 | 1);
    let Ok(utc) = jiff::Timestamp::from_second(instant.as_secs()) else { return FIRST };
    let utc = utc.to_zoned(jiff::tz::TimeZone::UTC);
    let Ok(years) = u16::try_from(utc.year() - 1980) else { return FIRST };
    let [month, day, hour, minute, second] = [utc.month(), utc.day(), utc.hour(), utc.minute(), utc.second()]
        .map(|part| u16::from(part.unsigned_abs()));
    let time = hour << 11 | minute << 5 | (second / 2);
    (time, years.min(127) << 9 | month << 5 | day)
}

fn put16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(size: u64) -> Entry {
        let modified = Timestamp::parse("2026-11-01T12:34:56Z").unwrap();
        let name = "a".into();
        Entry { name, method: Method::Stored, modified, offset: 0, size, packed: size, crc: 7 }
    }

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out);
        out
    }

    #[test]
    fn times_are_in_utc_from_1980_on() {
        let of = |text: &str| dos_time(Timestamp::parse(text).unwrap());
        assert_eq!(of("2026-11-01T12:34:56Z"), (12 << 11 | 34 << 5 | 28, 46 << 9 | 11 << 5 | 1));
        assert_eq!(of("1975-01-01T00:00:00Z"), (0, 33));
        assert_eq!(of("9999-01-01T00:00:00Z").1 >> 9, 127);
    }

    #[test]
    fn the_64_bit_form_is_used_where_it_is_needed_only() {
        for (size, descriptor, local) in
            [(0, 16, 40), (LARGE - 1, 16, 40), (LARGE, 24, 60), (1 << 40, 24, 60)]
        {
            let entry = entry(size);
            assert_eq!(written(|out| entry.descriptor(out)).len(), descriptor, "{size}");
            assert_eq!(written(|out| entry.local_header(out)).len(), local, "{size}");
        }
        let far = Entry { offset: 1 << 33, ..entry(1) };
        assert_eq!(written(|out| far.directory_header(out)).len(), 46 + 1 + 9 + 12);
        for (entries, directory, start, len) in
            [(65_534, 1, 1, 22), (65_535, 1, 1, 98), (1, 1 << 32, 1, 98), (1, 1, 0xffff_ffff, 98)]
        {
            assert_eq!(written(|out| end_of_archive(out, entries, directory, start)).len(), len);
        }
    }
}
