import { BlobWriter, TextReader, Uint8ArrayReader, ZipWriter, configure } from "@zip.js/zip.js";
import { expect, test } from "vitest";

import { Package, within } from "./package";

configure({ useWebWorkers: false });

async function zipped(parts: Record<string, string | Uint8Array>, password?: string): Promise<Blob> {
  const zip = new ZipWriter(new BlobWriter(), { password });
  for (const [name, part] of Object.entries(parts)) {
    await zip.add(name, typeof part === "string" ? new TextReader(part) : new Uint8ArrayReader(part));
  }
  return zip.close();
}

test("parts are read by their names", async () => {
  const parts = await Package.open(await zipped({ "a/b.xml": "<x>é</x>", "p.png": new Uint8Array([1, 2, 3]) }));
  expect(await parts.text("a/b.xml")).toBe("<x>é</x>");
  expect(await parts.picture("p.png")).toBe("data:image/png;base64,AQID");
  expect(await parts.text("none")).toBeUndefined();
  expect(await parts.picture("a/b.xml")).toBeUndefined();
});

test("what is much larger than it looks is not unpacked, whatever it says of itself", async () => {
  const bomb = await zipped({ "bomb.xml": new Uint8Array(130 << 20) });
  expect(bomb.size).toBeLessThan(1 << 20);
  await expect((await Package.open(bomb)).measure()).rejects.toMatchObject({ reason: "large" });

  const bytes = new Uint8Array(await bomb.arrayBuffer());
  const view = new DataView(bytes.buffer);
  // The size in the list of the parts stands 24 bytes behind its signature.
  for (let at = 0; at + 46 < bytes.length; at += 1) if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 10, true);
  await expect((await Package.open(new Blob([bytes]))).bytes("bomb.xml")).rejects.toThrow();
});

test("what has a password is not read", async () => {
  const locked = await Package.open(await zipped({ "a.xml": "<x/>" }, "secret"));
  await expect(locked.bytes("a.xml")).rejects.toMatchObject({ reason: "password" });
  const compound = new Blob([new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 0xa1])]);
  await expect(Package.open(compound)).rejects.toMatchObject({ reason: "password" });
});

test("parts name others from where they stand", () => {
  expect(within("ppt/slides/slide1.xml", "../media/a%20b.png")).toBe("ppt/media/a b.png");
  expect(within("ppt/slides/slide1.xml", "/ppt/media/a.png")).toBe("ppt/media/a.png");
  expect(within("a.opf", "../../x.html#top")).toBe("x.html");
});
