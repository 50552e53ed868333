import type { Locator, Page } from "playwright-core";

/** What a test finds on the page of a room, by what people read there. */
export const note = (page: Page): Locator => page.getByRole("textbox", { name: "Note" });
/** What the note says: it is a field until somebody is about to type, and an editor from then on. */
export const noteText = (page: Page): Promise<string> =>
  note(page).evaluate((element) => {
    if (element instanceof HTMLTextAreaElement) return element.value;
    const lines = [...element.querySelectorAll(".cm-line")].map((line) => line.cloneNode(true) as Element);
    for (const line of lines) for (const other of line.querySelectorAll(".cm-placeholder, [aria-hidden]")) other.remove();
    return lines.map((line) => line.textContent).join("\n");
  });
export const saved = (page: Page): Locator => page.getByText("Saved", { exact: true });
export const composer = (page: Page): Locator => page.getByRole("textbox", { name: "Type or paste something…" });
export const content = (page: Page, name: string): Locator => page.getByRole("article").filter({ hasText: name });
export const button = (within: Page | Locator, name: string): Locator =>
  within.getByRole("button", { name, exact: true });

export interface TestFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** Adds a text or a link by typing it. */
export async function type(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await button(page, "Add").click();
  const [line = ""] = text.replace(/^https:\/\//, "").split("\n", 1);
  await content(page, line).waitFor();
}

/** Picks files, and waits until they are in the room. Their bytes go to the browser as text, which takes its time. */
export async function pick(page: Page, files: TestFile[]): Promise<void> {
  await page.locator("form input[type=file]").first().setInputFiles(files, { timeout: 90_000 });
  for (const { name } of files) await content(page, name).waitFor();
}

/** Drops files on the page, as a file manager does. */
export async function drop(page: Page, files: TestFile[]): Promise<void> {
  const plain = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, bytes: buffer.toString("base64") }));
  await page.evaluate((dropped) => {
    const transfer = new DataTransfer();
    for (const { name, mimeType, bytes } of dropped) {
      const raw = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
      transfer.items.add(new File([raw], name, { type: mimeType }));
    }
    for (const type of ["dragenter", "dragover", "drop"]) {
      document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }));
    }
  }, plain);
}

/** Opens the settings at one of their parts. */
export async function settings(page: Page, part: string): Promise<Locator> {
  await button(page, "Settings").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("heading", { name: part, exact: true }).click();
  return dialog;
}

export async function close(page: Page): Promise<void> {
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
}
