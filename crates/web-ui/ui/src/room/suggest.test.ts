import { expect, test } from "vitest";

import { LOCALES, locale, locales } from "../i18n/index.svelte";
import { nameProblem } from "./name";
import { suggestedName } from "./suggest";

test("names are names, and nearly never the same", async () => {
  for (const one of locales) {
    locale.messages = await LOCALES[one].load();
    const names = Array.from({ length: 200 }, suggestedName);
    expect(names.map(nameProblem).filter(Boolean)).toEqual([]);
    expect(new Set(names).size).toBeGreaterThan(195);
  }
});
