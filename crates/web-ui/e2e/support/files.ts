import { deflateSync } from "node:zlib";

/** A picture of one colour with a bar in another one, as PNG (RFC 2083). */
export function png(width: number, height: number, [r, g, b]: [number, number, number]): Buffer {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const bar = Math.abs(x - y) < width / 12;
      rows.set(bar ? [255, 255, 255] : [r, g, b], y * (width * 3 + 1) + 1 + x * 3);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** Bytes that look random and are the same each time. */
export function noise(size: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(size);
  let state = seed >>> 0 || 1;
  for (let at = 0; at + 4 <= size; at += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes.writeInt32LE(state | 0, at);
  }
  return bytes;
}

/** A PDF with a headline and lines of text on each page (ISO 32000-1, 7.5). */
export function pdf(pages: { title: string; lines: string[] }[]): Buffer {
  const objects: string[] = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${pages.map((_, at) => `${4 + 2 * at} 0 R`).join(" ")}] /Count ${pages.length} >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  const shown = (text: string) => `(${text.replace(/[\\()]/g, "\\$&")}) Tj`;
  for (const { title, lines } of pages) {
    const text = `BT /F1 26 Tf 56 764 Td ${shown(title)} /F1 13 Tf 0 -24 Td 20 TL ${lines.map((line) => `T* ${shown(line)}`).join(" ")} ET`;
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${objects.length + 2} 0 R >>`,
      `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    );
  }
  let file = "%PDF-1.4\n";
  const places = objects.map((object, at) => {
    const place = file.length;
    file += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(place).padStart(10, "0")} 00000 n \n`;
  });
  const table = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join("")}`;
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  return Buffer.from(file, "latin1");
}

/** A tone of so many seconds, as a WAV with one channel of 16 bits. */
export function wav(seconds: number, rate = 8_000): Buffer {
  const samples = seconds * rate;
  const bytes = Buffer.alloc(44 + 2 * samples);
  bytes.write("RIFF", 0, "latin1");
  bytes.writeUInt32LE(36 + 2 * samples, 4);
  bytes.write("WAVEfmt ", 8, "latin1");
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(2 * rate, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36, "latin1");
  bytes.writeUInt32LE(2 * samples, 40);
  for (let at = 0; at < samples; at += 1) {
    bytes.writeInt16LE(Math.round(6_000 * Math.sin((2 * Math.PI * 440 * at) / rate)), 44 + 2 * at);
  }
  return bytes;
}

/** A zip of stored entries (APPNOTE.TXT, 4.3), each from the first of May 2026 at noon. */
export function zip(entries: { name: string; data: Buffer }[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data } of entries) {
    const path = Buffer.from(name);
    // What both headers have: version, flags (names are UTF-8), method, time, date, checksum, sizes, length of the name.
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(0x0800, 2);
    facts.writeUInt16LE(12 << 11, 6);
    facts.writeUInt16LE(((2026 - 1980) << 9) | (5 << 5) | 1, 8);
    facts.writeUInt32LE(crc32(data), 10);
    facts.writeUInt32LE(data.length, 14);
    facts.writeUInt32LE(data.length, 18);
    facts.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), facts, path, data]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), facts, place, path]));
    files.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, central, end]);
}

/** A tar (POSIX.1-1988, ustar) of files, each from the first of May 2026; names that are too long for it stand in front, as GNU does it. */
export function tar(entries: { name: string; data: Buffer }[]): Buffer {
  const padded = (data: Buffer) => Buffer.concat([data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
  const one = (name: Buffer, data: Buffer, type: string): Buffer => {
    const header = Buffer.alloc(512);
    name.copy(header, 0, 0, 100);
    header.write("0000644\0", 100, "latin1");
    header.write(`${data.length.toString(8).padStart(11, "0")}\0`, 124, "latin1");
    header.write(`${(Date.UTC(2026, 4, 1, 12) / 1_000).toString(8).padStart(11, "0")}\0`, 136, "latin1");
    header.write(`        ${type}`, 148, "latin1");
    header.write("ustar\x0000", 257, "latin1");
    const sum = header.reduce((sum, byte) => sum + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    return Buffer.concat([header, padded(data)]);
  };
  const files = entries.flatMap(({ name, data }) => {
    const path = Buffer.from(name);
    const long = path.length > 100 ? [one(Buffer.from("././@LongLink"), Buffer.concat([path, Buffer.alloc(1)]), "L")] : [];
    return [...long, one(path, data, "0")];
  });
  return Buffer.concat([...files, Buffer.alloc(1_024)]);
}

/** A TIFF of two images, each of one colour, without compression (TIFF 6.0, section 2). */
export function tiff(width: number, height: number, colours: [number, number, number][]): Buffer {
  const parts: Buffer[] = [Buffer.from("II*\0\x08\0\0\0", "latin1")];
  let at = 8;
  for (const [page, colour] of colours.entries()) {
    const pixels = Buffer.alloc(width * height * 3, Buffer.from(colour));
    const tags: [tag: number, type: number, count: number, value: number][] = [
      [256, 3, 1, width],
      [257, 3, 1, height],
      [258, 3, 3, 0],
      [259, 3, 1, 1],
      [262, 3, 1, 2],
      [273, 4, 1, 0],
      [277, 3, 1, 3],
      [278, 3, 1, height],
      [279, 4, 1, pixels.length],
    ];
    const directory = Buffer.alloc(2 + 12 * tags.length + 4 + 6);
    const bits = at + directory.length - 6;
    directory.writeUInt16LE(tags.length, 0);
    for (const [index, [tag, type, count, value]] of tags.entries()) {
      const place = 2 + 12 * index;
      directory.writeUInt16LE(tag, place);
      directory.writeUInt16LE(type, place + 2);
      directory.writeUInt32LE(count, place + 4);
      directory.writeUInt32LE(tag === 258 ? bits : tag === 273 ? at + directory.length : value, place + 8);
    }
    const next = at + directory.length + pixels.length;
    directory.writeUInt32LE(page === colours.length - 1 ? 0 : next, 2 + 12 * tags.length);
    for (let bit = 0; bit < 3; bit += 1) directory.writeUInt16LE(8, directory.length - 6 + 2 * bit);
    parts.push(directory, pixels);
    at = next;
  }
  return Buffer.concat(parts);
}
