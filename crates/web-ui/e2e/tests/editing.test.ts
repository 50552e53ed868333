import type { Locator, Page } from "playwright-core";
import { expect, it } from "vitest";

import { expectAccessible } from "../support/axe";
import type { Person } from "../support/browser";
import { button, content, note, noteText, saved, type } from "../support/page";
import { stage } from "../support/stage";

const here = stage();

interface Text {
  id: number;
  version: number;
  text: string | null;
}

/** What somebody may ask the server for beside the page, as the page does. */
async function beside(page: Page, room: string) {
  const token = await page.evaluate(
    (room) => (JSON.parse(localStorage.getItem("elizabeth:rooms") ?? "{}") as Record<string, { token: string }>)[room]?.token,
    room,
  );
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${here.server.url}/api/v1/rooms/${room}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...init.headers },
    });
  const texts = async () => (await (await call("/contents")).json()) as Text[];
  return {
    call,
    texts,
    /** What the only text of the room says, or the one that begins so. */
    text: async (start = "") => (await texts()).find(({ text }) => text?.startsWith(start))?.text,
  };
}

/** Opens a text and begins to edit it. */
async function edit(page: Page, name: string): Promise<Locator> {
  await content(page, name).locator("button.open").click();
  const viewer = page.getByRole("dialog");
  await button(viewer, "Edit").click();
  const editor = viewer.locator(".cm-content[contenteditable=true]");
  await editor.waitFor();
  return editor;
}

/** What an editor shows. */
const shown = (editor: Locator): Promise<string> =>
  editor.evaluate((element) => [...element.querySelectorAll(".cm-line")].map((line) => line.textContent).join("\n"));

async function two(room: string, text: string): Promise<[Person, Person, Locator, Locator]> {
  const first = await here.person();
  await first.makeRoom(room);
  await type(first.page, text);
  const second = await here.person();
  await second.enter(room);
  const name = text.split("\n", 1)[0] ?? "";
  for (const person of [first, second]) person.expected.add(409);
  return [first, second, await edit(first.page, name), await edit(second.page, name)];
}

it("lets two write in a text at once, each of whom undoes what is theirs", async () => {
  const [first, second, one, other] = await two("two-in-a-text", "Shopping\n\nbread");
  await one.press("Control+End");
  await other.press("Control+Home");
  await Promise.all([one.pressSequentially(" and butter", { delay: 20 }), other.pressSequentially("Our ", { delay: 20 })]);
  const { text } = await beside(first.page, "two-in-a-text");
  for (const editor of [one, other]) await expect.poll(() => shown(editor)).toBe("Our Shopping\n\nbread and butter");
  await expect.poll(() => text()).toBe("Our Shopping\n\nbread and butter");
  await expectAccessible(first.page);
  await one.press("Control+z");
  for (const editor of [one, other]) await expect.poll(() => shown(editor)).toBe("Our Shopping\n\nbread");
  await button(first.page.getByRole("dialog"), "Done").click();
  await expect.poll(() => text()).toBe("Our Shopping\n\nbread");
  // What others go on typing is seen by those who read.
  await other.pressSequentially("big ");
  await first.page.getByText("Our big Shopping").first().waitFor();
  await second.page.getByRole("dialog").getByText("Saved", { exact: true }).waitFor();
});

it("sends 40 bytes a key at most", async () => {
  const person = await here.person();
  const { page } = person;
  await person.makeRoom("bytes-a-key");
  await type(page, "Keys");
  let [bytes, requests] = [0, 0];
  page.on("request", (request) => {
    if (request.method() !== "POST" || !request.url().endsWith("/edits")) return;
    bytes += request.postDataBuffer()?.length ?? 0;
    requests += 1;
  });
  const editor = await edit(page, "Keys");
  await editor.press("Control+End");
  const keys = "The quick brown fox jumps over the lazy dog, and the dog does not mind it at all. 0123456789 abcdefg";
  expect(keys.length).toBe(100);
  await editor.pressSequentially(keys, { delay: 90 });
  const { text } = await beside(page, "bytes-a-key");
  await expect.poll(() => text("Keys")).toBe(`Keys${keys}`);
  console.log(`${bytes / keys.length} bytes a key in ${requests} requests for ${keys.length} keys`);
  expect(bytes / keys.length).toBeLessThanOrEqual(40);
});

it("takes in what is sent from elsewhere, and what was typed without a connection", async () => {
  const [first, second, one, other] = await two("away-and-back", "List\n\nmiddle");
  second.expected.add("Failed to load resource");
  await second.context.setOffline(true);
  await other.press("Control+End");
  await other.pressSequentially("\ntyped offline");
  await second.page.getByText("The server does not answer").waitFor();
  await one.press("Control+Home");
  await one.pressSequentially("Our ");
  const { call, text, texts } = await beside(first.page, "away-and-back");
  await expect.poll(() => text()).toBe("Our List\n\nmiddle");
  const [row] = await texts();
  const patched = await call(`/contents/${row?.id}`, {
    method: "PATCH",
    headers: { "if-match": `"${row?.version}"` },
    body: JSON.stringify({ text: "Our List\n\nthe middle" }),
  });
  expect(patched.status).toBe(200);
  await expect.poll(() => shown(one)).toBe("Our List\n\nthe middle");
  await second.context.setOffline(false);
  for (const editor of [one, other]) await expect.poll(() => shown(editor)).toBe("Our List\n\nthe middle\ntyped offline");
  await expect.poll(() => text()).toBe("Our List\n\nthe middle\ntyped offline");
});

it("keeps what somebody typed who may not any more, and offers it", async () => {
  const [first, second, , other] = await two("taken-away", "Base");
  second.expected.add(403);
  const { call, text } = await beside(first.page, "taken-away");
  await other.press("Control+End");
  await second.context.route("**/edits", (route) => route.abort());
  second.expected.add("Failed to load resource");
  await other.pressSequentially(" and mine");
  const permit = (permission: number) => call("/permissions", { method: "POST", body: JSON.stringify({ permission }) });
  expect((await permit(1)).status).toBe(200);
  await second.context.unroute("**/edits");
  const viewer = second.page.getByRole("dialog").first();
  await viewer.getByText("Not saved: you may no longer change this").waitFor();
  await expectAccessible(second.page);
  expect(await shown(other)).toBe("Base and mine");
  // It is there when the page is loaded again, too.
  expect(await second.page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("elizabeth:text:")).length)).toBe(1);
  expect((await permit(3)).status).toBe(200);
  await expect.poll(() => text()).toBe("Base and mine");
  await viewer.getByText("Saved", { exact: true }).waitFor();
});

it("makes the note of two who type at once, and brings all that both go on typing to both", async () => {
  const first = await here.person();
  await first.makeRoom("note-at-once");
  const second = await here.person();
  await second.enter("note-at-once");
  for (const person of [first, second]) person.expected.add(409);
  const typed = ["first", "second"] as const;
  await Promise.all([first, second].map(({ page }, n) => note(page).pressSequentially(`${typed[n]} begins. `, { delay: 15 })));
  await Promise.all([first, second].map(({ page }, n) => note(page).pressSequentially(`${typed[n]} goes on. `, { delay: 30 })));
  const { texts } = await beside(first.page, "note-at-once");
  for (const { page } of [first, second]) await saved(page).waitFor();
  await expect.poll(async () => (await noteText(first.page)) === (await noteText(second.page))).toBe(true);
  const [server] = (await texts()).sort((one, other) => one.id - other.id);
  const now = await noteText(first.page);
  expect(server?.text).toBe(now);
  // Each letter of both is there, in the order in which it was typed.
  for (const name of typed) {
    let rest = `${name} begins. ${name} goes on. `;
    for (const letter of now) if (letter === rest[0]) rest = rest.slice(1);
    expect(rest).toBe("");
  }
  await expectAccessible(first.page);
  await note(first.page).press("Control+z");
  await expect.poll(() => noteText(first.page)).not.toBe(now);
  expect(await noteText(first.page)).toContain("second");
  await expect.poll(async () => (await noteText(first.page)) === (await noteText(second.page))).toBe(true);
});

it("shows where others are in the note, as long as they are", async () => {
  const first = await here.person();
  await first.makeRoom("carets");
  await note(first.page).fill("Carets of others");
  await saved(first.page).waitFor();
  const second = await here.person();
  await second.enter("carets");
  await note(second.page).press("End");
  const caret = first.page.locator(".cm-other-caret");
  await caret.waitFor();
  expect(await caret.getAttribute("data-name")).toBe("Somebody");
  /** What stands in front of it. */
  const before = () =>
    caret.evaluate((element) => {
      const range = document.createRange();
      range.setStart(element.closest(".cm-line")!, 0);
      range.setEndBefore(element);
      return range.toString();
    });
  await expect.poll(before).toBe("Carets of others");
  // It goes along with what they type, and with what is typed in front of it.
  await note(second.page).pressSequentially("!");
  await expect.poll(before).toBe("Carets of others!");
  await note(first.page).press("Home");
  await note(first.page).pressSequentially("The ");
  await expect.poll(before).toBe("The Carets of others!");
  expect(await noteText(first.page)).toBe("The Carets of others!");
  await note(second.page).press("Shift+Home");
  await first.page.locator(".cm-other-selection").waitFor();
  await expectAccessible(first.page);
  await second.page.getByRole("heading", { name: "carets", exact: true }).click();
  await note(second.page).blur();
  await caret.waitFor({ state: "detached" });
});

it("asks where two changed the same line of the note, and the edits between are not kept", async () => {
  const first = await here.person();
  await first.makeRoom("long-away");
  await note(first.page).fill("Tuesday\n\nAnna: pizza\n");
  await saved(first.page).waitFor();
  const second = await here.person();
  second.expected.add("Failed to load resource");
  second.expected.add(410);
  await second.enter("long-away");
  await note(second.page).press("Control+End");
  await second.page.locator(".note .cm-content").waitFor();
  // What happened meanwhile is not to be had from the stream either.
  await second.context.route("**/events", (route) => route.abort());
  await second.context.setOffline(true);
  await note(second.page).fill("Tuesday\n\nAnna: salad\n");
  await second.page.getByText("The server does not answer").waitFor();

  await note(first.page).fill("Tuesday\n\nAnna: soup\n");
  const { call, text, texts } = await beside(first.page, "long-away");
  await expect.poll(() => text()).toBe("Tuesday\n\nAnna: soup\n");
  const [row] = await texts();
  for (let n = 0; n < 11; n += 1) {
    const edits = Array.from({ length: 100 }, () => [row?.text?.length]);
    const body = JSON.stringify({ version: (row?.version ?? 0) + 100 * n, client: "beside", edits });
    expect((await call(`/contents/${row?.id}/edits`, { method: "POST", body })).status).toBe(200);
  }
  await second.context.setOffline(false);
  await second.page.getByText("Somebody else changed the same lines").waitFor();
  await button(second.page.getByRole("dialog"), "Keep mine").click();
  await saved(second.page).waitFor();
  for (const { page } of [first, second]) await expect.poll(() => noteText(page)).toBe("Tuesday\n\nAnna: salad\n");
  await expect.poll(() => text()).toBe("Tuesday\n\nAnna: salad\n");
});
