import { gzipSync } from "node:zlib";

import type { Page } from "playwright-core";
import { expect, it } from "vitest";

import { expectAccessible } from "../support/axe";
import { pdf, png, tar, zip } from "../support/files";
import { button, pick, type TestFile } from "../support/page";
import { stage } from "../support/stage";
import { leave, view } from "../support/viewer";

const here = stage();

async function room(name: string, files: TestFile[]): Promise<Page> {
  const owner = await here.person();
  await owner.makeRoom(name);
  for (const file of files) await pick(owner.page, [file]);
  return owner.page;
}

const packed = (name: string, buffer: Buffer): TestFile => ({ name, mimeType: "", buffer });
const LONG = `${"a-long-folder/".repeat(9)}deep.txt`;
const ENTRIES = [
  { name: "photos/cat.png", data: png(20, 10, [200, 30, 30]) },
  { name: "read me.md", data: Buffer.from("# Hello\n\n<script>parent.document.title = 'run'</script>") },
  { name: "page.html", data: Buffer.from("<script>document.title = 'run'</script>") },
  { name: "paper.pdf", data: pdf([{ title: "Page one", lines: ["A line"] }]) },
  { name: LONG, data: Buffer.from("deep down") },
];

for (const [name, archive] of [
  ["all.zip", zip([...ENTRIES, { name: "inner.zip", data: zip([{ name: "in.txt", data: Buffer.from("innermost") }]) }])],
  ["all.tar", tar(ENTRIES)],
  ["all.tar.gz", gzipSync(tar(ENTRIES))],
] as const) {
  it(`opens what is in ${name}, and leads back to the list of it`, async () => {
    const page = await room(name.replaceAll(".", "-"), [packed(name, archive)]);
    const viewer = await view(page, name);
    await viewer.getByRole("row", { name: /photos\/cat\.png 1\d\d bytes/ }).waitFor();
    await expectAccessible(page);

    await viewer.getByRole("button", { name: "photos/cat.png" }).click();
    const image = viewer.getByRole("img", { name: "photos/cat.png" });
    await expect.poll(() => image.evaluate((shown: HTMLImageElement) => shown.naturalWidth)).toBe(20);
    await expectAccessible(page);
    // The browser's Back leads to the list, and so do Escape and the button.
    await page.goBack();
    await image.waitFor({ state: "detached" });

    await viewer.getByRole("button", { name: "read me.md" }).click();
    await viewer.locator("iframe").contentFrame().getByRole("heading", { name: "Hello" }).waitFor();
    await button(viewer, name).click();
    await viewer.locator("iframe").waitFor({ state: "detached" });

    await viewer.getByRole("button", { name: "page.html" }).click();
    await viewer.locator(".cm-line").getByText("document.title").waitFor();
    const download = page.waitForEvent("download");
    await button(viewer, "Download “page.html”").click();
    expect((await download).suggestedFilename()).toBe("page.html");
    await button(viewer, name).focus();
    await page.keyboard.press("Escape");
    await viewer.locator(".cm-line").waitFor({ state: "detached" });

    await viewer.getByRole("button", { name: "paper.pdf" }).click();
    await viewer.getByText("Page one", { exact: true }).waitFor();
    await button(viewer, name).click();

    await viewer.getByRole("button", { name: LONG }).click();
    await viewer.locator(".cm-line").getByText("deep down").waitFor();
    await button(viewer, name).click();

    if (name === "all.zip") {
      await viewer.getByRole("button", { name: "inner.zip" }).click();
      await viewer.getByRole("button", { name: "in.txt" }).click();
      await viewer.locator(".cm-line").getByText("innermost").waitFor();
      await button(viewer, "inner.zip").click();
      await button(viewer, name).click();
    }
    await viewer.getByRole("button", { name: "page.html" }).waitFor();
    expect(await page.title()).not.toContain("run");
    await leave(page);
  });
}

it("opens the one file of a gzip", async () => {
  const page = await room("one-file", [packed("server.log.gz", gzipSync("started\nstopped\n"))]);
  const viewer = await view(page, "server.log.gz");
  await viewer.getByRole("button", { name: "server.log" }).click();
  await viewer.getByText("stopped").waitFor();
  await page.keyboard.press("Escape");
  await viewer.getByRole("row", { name: /server\.log 16 bytes/ }).waitFor();
  await leave(page);
});

it("says what cannot be unpacked, and offers the archive", async () => {
  const secret = zip([{ name: "secret.txt", data: Buffer.from("hush") }]);
  // The lowest of the flags says that it has a password: once in front of the file, once in the list.
  for (const signature of ["PK\x03\x04", "PK\x01\x02"]) {
    const flags = secret.indexOf(signature, 0, "latin1") + (signature.endsWith("\x02") ? 8 : 6);
    secret.writeUInt16LE(secret.readUInt16LE(flags) | 1, flags);
  }
  const damaged = zip([{ name: "damaged.txt", data: Buffer.from("what it was") }]);
  damaged.write("X", damaged.indexOf("what"), "latin1");
  const whole = tar([ENTRIES[1]!, { name: "large.bin", data: Buffer.alloc((64 << 20) + 1) }]);
  const page = await room("refusals", [
    packed("secret.zip", secret),
    packed("damaged.zip", damaged),
    packed("large.tgz", gzipSync(whole)),
    packed("cut.tar", tar(ENTRIES).subarray(0, 3_800)),
    packed("none.zip", Buffer.from("this is no zip file")),
    packed("none.tar.gz", Buffer.from("nor is this a gzip")),
  ]);
  for (const [archive, file, words] of [
    ["secret.zip", "secret.txt", "“secret.txt” has a password. Download the archive to open it."],
    ["damaged.zip", "damaged.txt", "“damaged.txt” is damaged"],
    ["large.tgz", "large.bin", "“large.bin” is larger than the 67.1 MB that are unpacked here."],
  ] as const) {
    const viewer = await view(page, archive);
    await viewer.getByRole("button", { name: file }).click();
    const problem = viewer.getByRole("alert").filter({ hasText: words });
    await problem.waitFor();
    const download = page.waitForEvent("download");
    await button(problem, "Download").click();
    expect((await download).suggestedFilename()).toBe(archive);
    await leave(page);
  }
  const cut = await view(page, "cut.tar");
  await cut.getByText("It is damaged: this is what could be read.").waitFor();
  await cut.getByRole("button", { name: "read me.md" }).waitFor();
  await leave(page);
  for (const name of ["none.zip", "none.tar.gz"]) {
    const viewer = await view(page, name);
    await viewer.getByText("This archive cannot be read.").waitFor();
    await viewer.locator("section").getByRole("button", { name: /^Download/ }).waitFor();
    await leave(page);
  }
});
