import { expect, test } from "vitest";

import { locales } from "../i18n/locales";
import { nameProblem } from "./name";
import { suggestedName } from "./suggest";

test("names are names, and nearly never the same", () => {
  for (const locale of locales) {
    const names = Array.from({ length: 200 }, () => suggestedName(locale));
    expect(names.map(nameProblem).filter(Boolean)).toEqual([]);
    expect(new Set(names).size).toBeGreaterThan(195);
  }
});
