import { describe, expect, test } from "vitest";

import document from "../../openapi.json";
import { Problem, Unreachable } from "../api/problem";
import type { Messages } from "./en";
import { locale } from "./index.svelte";
import { LOCALES, locales, type Locale } from "./locales";
import { why } from "./why";

const codes: string[] = document.components.schemas.Code.enum;
const PREFIX = "problem.";

/** As the page does for somebody who reads this language. */
async function read(tag: Locale): Promise<Messages> {
  locale.messages = await LOCALES[tag].load();
  locale.current = tag;
  return locale.messages;
}

describe.each(locales)("%s", (tag) => {
  test("has words for every code that the server answers with, and for no other", async () => {
    const keys = Object.keys(await LOCALES[tag].load()).filter((key) => key.startsWith(PREFIX));
    expect(keys.map((key) => key.slice(PREFIX.length)).toSorted()).toEqual(codes.toSorted());
  });

  test("tells each of them as a sentence of its own", async () => {
    const messages = await read(tag);
    for (const code of codes) {
      const told = why(new Problem(400, code, "in the server’s words", { remaining: 1_500_000 }));
      expect(told, code).toMatch(/[.。](?: \(in the server’s words\))?$/);
      expect(told, code).not.toMatch(/[{}]/);
    }
    expect(why(new Unreachable())).toBe(messages["error.network"]);
  });
});

test("figures of the problem stand in the sentence, and the server’s own behind it where it says more", async () => {
  await read("en");
  const full = new Problem(413, "room_full", "Exceeds room capacity limit", { requested: 9, remaining: 1_500_000 });
  expect(why(full)).toMatch(/^It does not fit into the room: 1\.\d+\s\w+ are left\.$/);
  const name = new Problem(400, "invalid_file_name", "invalid file name: it has a backslash");
  expect(why(name)).toBe("A file cannot be called that. (invalid file name: it has a backslash)");
});

test("what a newer server says is told in its words", () => {
  expect(why(new Problem(418, "teapot", "no coffee here"))).toBe("no coffee here");
  expect(why(new Problem(418, "teapot", ""))).toBe(locale.messages["error.unknown"]);
});
