import type { Page } from "playwright-core";
import { expect, it } from "vitest";

import { expectAccessible } from "../support/axe";
import { pdf, png, noise, wav, zip } from "../support/files";
import { button, content, pick, type TestFile } from "../support/page";
import { stage } from "../support/stage";
import { leave, view } from "../support/viewer";

const here = stage();

const text = (name: string, mimeType: string, said: string): TestFile => ({ name, mimeType, buffer: Buffer.from(said) });

/** A room with these files in it, the last one on top, as its owner. */
async function room(name: string, files: TestFile[]): Promise<Page> {
  const owner = await here.person();
  await owner.makeRoom(name);
  // Together, they would stand in the order in which they arrive.
  for (const file of files) await pick(owner.page, [file]);
  return owner.page;
}

it("shows images, larger and smaller, one after the other", async () => {
  const image = (name: string, red: number) => ({ name, mimeType: "image/png", buffer: png(1600, 1200, [red, 80, 120]) });
  const page = await room("pictures", [image("one.png", 20), image("two.png", 120), image("three.png", 220)]);
  const viewer = await view(page, "two.png");
  const shown = viewer.locator("img.ready");
  await shown.waitFor();
  const width = async () => Math.round((await shown.boundingBox())?.width ?? 0);
  const fitting = await width();
  expect(fitting).toBeLessThan(1280);
  await page.keyboard.press("1");
  await expect.poll(width).toBe(1600);
  await page.keyboard.press("+");
  await expect.poll(width).toBe(2240);
  await page.keyboard.press("-");
  await expect.poll(width).toBe(1600);
  await page.keyboard.press("0");
  await expect.poll(width).toBe(fitting);
  await expectAccessible(page);

  await page.keyboard.press("ArrowRight");
  await page.getByRole("dialog", { name: "one.png" }).locator("img.ready").waitFor();
  expect(await button(page.getByRole("dialog"), "Next").isDisabled()).toBe(true);
  await button(page.getByRole("dialog"), "Previous").click();
  await button(page.getByRole("dialog"), "Previous").click();
  await page.getByRole("dialog", { name: "three.png" }).locator("img.ready").waitFor();
  await leave(page);
});

it("draws a PDF", async () => {
  const lines = ["A line of text on this page"];
  const page = await room("papers", [
    { name: "paper.pdf", mimeType: "application/pdf", buffer: pdf([{ title: "Page one", lines }, { title: "Page two", lines }]) },
  ]);
  const viewer = await view(page, "paper.pdf");
  const canvas = viewer.locator("canvas").first();
  await canvas.waitFor();
  const ink = () =>
    canvas.evaluate((element) => {
      const drawn = element as HTMLCanvasElement;
      const pixels = drawn.getContext("2d")?.getImageData(0, 0, drawn.width, drawn.height).data ?? [];
      let dark = 0;
      for (let at = 0; at < pixels.length; at += 4) if ((pixels[at] ?? 255) < 128 && (pixels[at + 3] ?? 0) > 128) dark += 1;
      return dark;
    });
  await expect.poll(ink).toBeGreaterThan(500);
  await viewer.getByText("of 2").waitFor();
  await viewer.getByText("Page one", { exact: true }).waitFor();
  await viewer.getByRole("spinbutton").fill("2");
  await page.keyboard.press("Enter");
  await viewer.getByText("Page two", { exact: true }).waitFor();
  await expectAccessible(page);
});

/** A film of a moving bar, as the browser records it. */
function film(page: Page): Promise<Buffer> {
  return page
    .evaluate(async () => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [160, 90];
      const pen = canvas.getContext("2d")!;
      const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: "video/webm;codecs=vp8" });
      const pieces: Blob[] = [];
      recorder.ondataavailable = (event) => pieces.push(event.data);
      const stopped = new Promise((resolve) => (recorder.onstop = resolve));
      recorder.start();
      const begin = performance.now();
      for (let now = begin; now < begin + 1_500; now = await new Promise<number>(requestAnimationFrame)) {
        pen.fillStyle = "#0f766e";
        pen.fillRect(0, 0, 160, 90);
        pen.fillStyle = "#ffffff";
        pen.fillRect(((now - begin) / 1_500) * 150, 20, 10, 50);
      }
      recorder.stop();
      await stopped;
      const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    })
    .then((bytes) => Buffer.from(bytes, "base64"));
}

it("plays sound and film, from any place in them", async () => {
  const owner = await here.person();
  const { page } = owner;
  await owner.makeRoom("media");
  await pick(page, [{ name: "film.webm", mimeType: "video/webm", buffer: await film(page) }]);
  // Longer than what a browser reads ahead of what it plays.
  await pick(page, [{ name: "tone.wav", mimeType: "audio/wav", buffer: wav(600, 16_000) }]);
  const ranges: string[] = [];
  page.on("response", (response) => {
    if (response.status() === 206) ranges.push(response.headers()["content-range"] ?? "");
  });

  const audio = (await view(page, "tone.wav")).locator("audio");
  await expect.poll(() => audio.evaluate((player: HTMLAudioElement) => Math.round(player.duration))).toBe(600);
  await audio.evaluate((player: HTMLAudioElement) => {
    player.currentTime = 500;
  });
  await expect.poll(() => audio.evaluate((player: HTMLAudioElement) => !player.seeking && player.readyState >= 2 && player.currentTime)).toBe(500);
  await expect.poll(() => ranges.filter((range) => !range.startsWith("bytes 0-")).length).toBeGreaterThan(0);
  await expectAccessible(page);
  await leave(page);

  const video = (await view(page, "film.webm")).locator("video");
  await expect.poll(() => video.evaluate((player: HTMLVideoElement) => player.videoWidth)).toBe(160);
  await video.evaluate((player: HTMLVideoElement) => {
    player.currentTime = 0.5;
  });
  await expect.poll(() => video.evaluate((player: HTMLVideoElement) => !player.seeking && player.currentTime)).toBe(0.5);
  await leave(page);
});

const MARKDOWN = `# A heading

- [x] done
- [ ] to do

<script>parent.document.title = "run"; document.title = "run";</script>
<img src="https://elsewhere.example/pixel.png" onerror="parent.document.title = 'run'" alt="a picture from elsewhere">
<img src="x" onerror="top.document.title = 'run'">
<a href="javascript:parent.document.title = 'run'">run it</a>
<iframe src="https://elsewhere.example/"></iframe>
<style>@import "https://elsewhere.example/style.css"; body { display: none }</style>

| one | two |
| --- | --- |
| 1   | 2   |
`;

it("renders Markdown, and lets nothing in it run or load", async () => {
  const owner = await here.person();
  const { page } = owner;
  // So the browser says that it did not run one, as early as when it is parsed to be thrown away.
  owner.expected.add("Executing inline event handler violates");
  await owner.makeRoom("reading");
  await pick(page, [text("read me.md", "text/markdown", MARKDOWN)]);
  const viewer = await view(page, "read me.md");
  const frame = viewer.locator("iframe");
  const within = frame.contentFrame();
  await within.getByRole("heading", { name: "A heading" }).waitFor();
  await within.getByRole("cell", { name: "2", exact: true }).waitFor();
  await within.getByText("a picture from elsewhere").waitFor();
  expect(await frame.getAttribute("sandbox")).not.toContain("allow-scripts");
  expect(await within.locator("script, img, iframe, [onerror], [href^=javascript]").count()).toBe(0);
  await within.getByText("run it").click();
  expect(await page.title()).toContain("reading");
  await expectAccessible(page);

  await button(viewer, "Source").click();
  await viewer.locator(".cm-content").getByText("onerror").first().waitFor();
});

const PAGE = `<!doctype html>
<title>Mine</title>
<script>
  document.title = "run";
  parent.document.title = "run";
</script>
<img src="https://elsewhere.example/pixel.png" onerror="document.title = 'run'">
`;

it("shows what a browser could run as its source", async () => {
  const page = await room("sources", [
    text("page.html", "text/html", PAGE),
    text("drawing.svg", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg" onload="top.document.title='run'"><circle r="9"/></svg>`),
    text("sum.py", "text/x-python", "def add(a, b):\n    # Together.\n    return a + b\n"),
    text("plain.txt", "text/plain", "first line\nsecond line\n"),
  ]);
  let viewer = await view(page, "page.html");
  await viewer.locator(".cm-line").getByText('document.title = "run"').first().waitFor();
  expect(await viewer.locator("iframe").count()).toBe(0);
  await leave(page);
  // A drawing is an image, in which nothing runs, and its source one press away.
  viewer = await view(page, "drawing.svg");
  const drawing = viewer.getByRole("img", { name: "drawing.svg" });
  await drawing.waitFor();
  await expect.poll(() => drawing.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  expect(await viewer.locator("circle").count()).toBe(0);
  await expectAccessible(page);
  await button(page, "Source").click();
  await viewer.locator(".cm-line").getByText("onload").waitFor();
  await leave(page);
  expect(await page.title()).toContain("sources");

  viewer = await view(page, "sum.py");
  await viewer.locator(".cm-gutterElement").getByText("3", { exact: true }).waitFor();
  const colour = (said: string) => viewer.locator(".cm-line span").getByText(said, { exact: true }).first().evaluate((token) => getComputedStyle(token).color);
  await expect.poll(async () => (await colour("def")) !== (await colour("# Together."))).toBe(true);
  await expectAccessible(page);
  await leave(page);

  viewer = await view(page, "plain.txt");
  await viewer.locator(".cm-line").getByText("second line").waitFor();
  await leave(page);
});

it("lists what is in tables and in zip files", async () => {
  const page = await room("lists", [
    text("costs.csv", "text/csv", 'what,euros\ntrain,84.00\n"tent, new",120.50\n'),
    {
      name: "all.zip",
      mimeType: "application/zip",
      buffer: zip([
        { name: "photos/cat.png", data: png(20, 20, [1, 2, 3]) },
        { name: "说明.txt", data: Buffer.from("read me") },
      ]),
    },
  ]);
  let viewer = await view(page, "costs.csv");
  await viewer.getByRole("columnheader", { name: "euros" }).waitFor();
  await viewer.getByRole("cell", { name: "tent, new" }).waitFor();
  await viewer.getByText("2 of 2 rows").waitFor();
  await expectAccessible(page);
  await leave(page);

  viewer = await view(page, "all.zip");
  await viewer.getByRole("row", { name: /photos\/cat\.png/ }).waitFor();
  await viewer.getByRole("row", { name: /说明\.txt 7 bytes/ }).waitFor();
  await expectAccessible(page);
  await leave(page);
});

it("shows the end of a long log first, in its colours", async () => {
  const lines = Array.from({ length: 80_000 }, (_, at) => `${at} \x1b[31mfailed\x1b[0m to do what was asked`);
  const page = await room("logs", [{ name: "server.log", mimeType: "", buffer: Buffer.from(`${lines.join("\n")}\n`) }]);
  const viewer = await view(page, "server.log");
  const text = viewer.getByLabel("server.log", { exact: true });
  await expect.poll(() => text.innerText()).toContain("79999 failed to do");
  const colour = () => text.locator("span").last().evaluate((part) => getComputedStyle(part).color);
  expect(await colour()).not.toBe(await text.evaluate((element) => getComputedStyle(element).color));
  await expect.poll(() => text.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight)).toBeLessThan(50);
  await expectAccessible(page);
  await viewer.getByText("this is the last 262 kB of").waitFor();
  await button(page, "Show more").click();
  await expect.poll(() => text.evaluate((box) => box.textContent.length)).toBeGreaterThan(700_000);
  await leave(page);
});

it("reads what is a text, whatever it is called", async () => {
  const file = (name: string, text: string) => ({ name, mimeType: "", buffer: Buffer.from(text) });
  const page = await room("any-name", [
    file("Makefile", "all:\n\tcc -o prog prog.c\n"),
    file("NOTES", "Meet at nine.\n"),
    file("build.zig", "const std = @import(\"std\");\n"),
    file("letter.eml", "From: a@example.org\nSubject: Lunch\n\nAt noon?\n"),
  ]);
  for (const [name, line] of [["Makefile", "cc -o prog"], ["NOTES", "Meet at nine."], ["build.zig", "@import"], ["letter.eml", "At noon?"]]) {
    const viewer = await view(page, name ?? "");
    await viewer.locator(".cm-line").getByText(line ?? "").waitFor();
    await leave(page);
  }
});

it("lays out what programs wrote on one line, as a tree and with line breaks", async () => {
  const things = Array.from({ length: 60_000 }, (_, at) => ({ id: 9_007_199_254_740_993 + at, name: `thing ${at}`, tags: ["a", "b"] }));
  const page = await room("trees", [
    { name: "small.json", mimeType: "application/json", buffer: Buffer.from('{\n  "greeting": "hello"\n}\n') },
    { name: "large.json", mimeType: "application/json", buffer: Buffer.from(`{"version":12345678901234567890,"things":${JSON.stringify(things)}}`) },
    { name: "broken.json", mimeType: "application/json", buffer: Buffer.from('{"a":') },
  ]);
  let viewer = await view(page, "small.json");
  await viewer.locator(".cm-line").getByText("greeting").waitFor();
  await button(viewer, "Tree").click();
  await viewer.getByText("hello").waitFor();
  await leave(page);

  viewer = await view(page, "large.json");
  const tree = viewer.getByRole("region", { name: "large.json" });
  await tree.getByText("12345678901234567890").waitFor();
  await button(tree, "Open or close things").click();
  await button(tree, "Open or close 1").click();
  await tree.getByText('"thing 1"').waitFor();
  await button(viewer, "Open all").click();
  await expect.poll(() => tree.locator(".row").count()).toBeGreaterThan(10);
  expect(await tree.locator(".row").count()).toBeLessThan(200);
  await expectAccessible(page);
  await button(viewer, "Source").click();
  await viewer.getByText("It is written without line breaks").waitFor();
  await viewer.locator(".cm-line").getByText("12345678901234567890").waitFor();
  await viewer.locator(".cm-gutterElement").getByText("8", { exact: true }).waitFor();
  await leave(page);

  viewer = await view(page, "broken.json");
  await button(viewer, "Tree").click();
  await viewer.getByText("It is no JSON that can be read").waitFor();
  await viewer.locator(".cm-line").getByText('{"a":').waitFor();
  await leave(page);
});

const NOTEBOOK = JSON.stringify({
  nbformat: 4,
  cells: [
    { cell_type: "markdown", source: ["# A study\n", "of $x^2$"] },
    {
      cell_type: "code",
      execution_count: 3,
      source: "print(40 + 2)",
      outputs: [
        { output_type: "stream", name: "stdout", text: ["42\n"] },
        { output_type: "display_data", data: { "image/png": png(30, 20, [9, 99, 9]).toString("base64"), "text/plain": "a figure" } },
        { output_type: "execute_result", data: { "text/html": "<table><tr><td>cell<script>parent.document.title='run'</script></td></tr></table>" } },
        { output_type: "error", traceback: ["\u001b[31mValueError\u001b[0m: no"] },
      ],
    },
  ],
});

it("shows notebooks with what came of them", async () => {
  const page = await room("studies", [text("study.ipynb", "", NOTEBOOK), text("broken.ipynb", "", "{}")]);
  let viewer = await view(page, "study.ipynb");
  const within = viewer.locator("iframe").contentFrame();
  await within.getByRole("heading", { name: "A study" }).waitFor();
  await within.locator("msup").waitFor();
  await within.getByText("print(40 + 2)").waitFor();
  await within.getByText("42", { exact: true }).waitFor();
  await within.getByRole("cell", { name: "cell" }).waitFor();
  await within.getByText("ValueError: no").waitFor();
  await expect.poll(() => within.locator("img").evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(30);
  expect(await within.locator("script").count()).toBe(0);
  await expectAccessible(page);
  await button(viewer, "Source").click();
  await viewer.locator(".cm-line").getByText("nbformat").first().waitFor();
  await leave(page);

  viewer = await view(page, "broken.ipynb");
  await viewer.getByText("This notebook cannot be read: this is its text.").waitFor();
  await leave(page);
});

const SCHOLARLY = `# Top

Somebody said so.[^1]

| left | middle | right |
| :--- | :----: | ----: |
| a    | b      | c     |

It is $\\sqrt{2}$, not $5 or $6.

$$
\\int_0^1 \\frac{x}{2}\\,dx
$$

\`\`\`mermaid
graph TD; A-->B
\`\`\`

[^1]: By somebody.
`;

it("sets mathematics, notes and columns of Markdown", async () => {
  const page = await room("scholarly", [text("paper.md", "text/markdown", SCHOLARLY)]);
  const viewer = await view(page, "paper.md");
  const within = viewer.locator("iframe").contentFrame();
  const aligned = (name: string) => within.getByRole("cell", { name, exact: true }).evaluate((cell) => getComputedStyle(cell).textAlign);
  await within.getByRole("heading", { name: "Top" }).waitFor();
  expect(await Promise.all(["a", "b", "c"].map(aligned))).toEqual(["start", "center", "end"]);
  const root = await within.locator("msqrt").boundingBox();
  expect(root?.width).toBeGreaterThan(5);
  // Drawn as mathematics is: one above the other.
  const fraction = within.locator("mfrac");
  const [above, below] = [await fraction.locator("> *").first().boundingBox(), await fraction.locator("> *").last().boundingBox()];
  expect(above!.y + above!.height).toBeLessThan(below!.y + 2);
  await within.getByText("not $5 or $6.").waitFor();
  await expectAccessible(page);

  await within.getByRole("listitem").filter({ hasText: "By somebody." }).waitFor();
  await within.getByText("graph TD; A-->B").waitFor();
  await viewer.getByText("Diagrams in Mermaid are shown as their source").waitFor();
  await leave(page);
});

it("shows what is white on nothing", async () => {
  const page = await room("white", [{ name: "white.png", mimeType: "image/png", buffer: png(40, 40, [255, 255, 255]) }]);
  const viewer = await view(page, "white.png");
  const image = viewer.locator("img.ready");
  await image.waitFor();
  expect(await image.evaluate((shown) => getComputedStyle(shown).backgroundImage)).toContain("conic-gradient");
  await leave(page);
});

it("offers the rest for download, and spends nothing by looking", async () => {
  const page = await room("others", [
    { name: "thing.xyz", mimeType: "application/octet-stream", buffer: noise(5_000) },
    { name: "once.png", mimeType: "image/png", buffer: png(40, 40, [9, 9, 9]) },
  ]);
  const viewer = await view(page, "thing.xyz");
  await viewer.getByText("There is no preview for this kind of file.").waitFor();
  await expectAccessible(page);
  await leave(page);

  await button(page, "More: once.png").click();
  await page.getByRole("menuitem", { name: "Limits…" }).click();
  const dialog = page.getByRole("dialog");
  // What was seen of it until now counts as well.
  await dialog.getByLabel("How many downloads are allowed").fill("9");
  await button(dialog, "Save").click();
  const row = content(page, "once.png");
  const left = row.getByText(/^\d downloads left$/);
  await left.waitFor();
  const before = await left.innerText();
  await page.reload();
  await left.waitFor();
  const limited = await view(page, "once.png");
  await limited.getByText("Each look would count as a download").waitFor();
  await leave(page);
  await page.reload();
  await left.waitFor();
  expect(await left.innerText()).toBe(before);

  const download = page.waitForEvent("download");
  await button(page, "Download: once.png").click();
  await (await download).path();
  await expect.poll(() => left.innerText()).toBe(`${Number.parseInt(before) - 1} downloads left`);
});
