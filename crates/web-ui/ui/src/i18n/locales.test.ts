import { expect, test } from "vitest";

import { en, type Key } from "./en";
import { LOCALES, locales } from "./locales";

const placeholders = (message: string) => new Set(message.match(/(?<=\{)\w+/g));

test.each(locales)("%s asks for nothing that a message is not given", async (locale) => {
  const messages = await LOCALES[locale].load();
  for (const key of Object.keys(en) as Key[]) {
    const given = placeholders(en[key]);
    expect([...placeholders(messages[key])].filter((name) => !given.has(name)), key).toEqual([]);
  }
});

test.each(locales)("%s is a language that dates and numbers can be written in", (locale) => {
  expect(Intl.DateTimeFormat.supportedLocalesOf(locale)).toEqual([locale]);
});
