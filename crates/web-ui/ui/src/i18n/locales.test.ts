import { expect, test } from "vitest";

import { en, type Key } from "./en";
import { LOCALES, locales } from "./locales";
import { pluralForms } from "./plural";

const placeholders = (message: string) => new Set(message.match(/(?<=\{)\w+/g));

test.each(locales)("%s asks for nothing that a message is not given", async (locale) => {
  const messages = await LOCALES[locale].load();
  for (const key of Object.keys(en) as Key[]) {
    const given = placeholders(en[key]);
    expect([...placeholders(messages[key])].filter((name) => !given.has(name)), key).toEqual([]);
  }
});

test.each(locales)("%s has a form for each of its plurals", async (locale) => {
  for (const [key, message] of Object.entries(await LOCALES[locale].load())) {
    for (const [, forms = ""] of message.matchAll(/\{\w+\|([^}]*)\}/g)) {
      expect(forms.split("|"), key).toHaveLength(pluralForms(locale));
    }
  }
});

test.each(locales)("%s has words enough to name rooms by", async (locale) => {
  const messages = await LOCALES[locale].load();
  for (const key of ["suggest.first", "suggest.second"] as const) {
    const words = messages[key].split(" ");
    expect(new Set(words).size, key).toBe(words.length);
    expect(words.length, key).toBeGreaterThanOrEqual(24);
  }
});

test.each(locales)("%s is a language that dates and numbers can be written in", (locale) => {
  expect(Intl.DateTimeFormat.supportedLocalesOf(locale)).toEqual([locale]);
});
