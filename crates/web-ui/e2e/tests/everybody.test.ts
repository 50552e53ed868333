import { expect, it } from "vitest";

import { LOCALES, type Locale } from "../../ui/src/i18n/locales";
import { expectAccessible } from "../support/axe";
import { ENGLISH, furnish } from "../support/furniture";
import { button, close, content } from "../support/page";
import { stage } from "../support/stage";

const here = stage();
const HEIGHTS = { 390: 844, 820: 1180, 1440: 900 };

/** In each language, by day and by night, on three screens: home, a room, a picture, what can be set and what can be given. */
for (const language of Object.keys(LOCALES) as Locale[]) {
  for (const colorScheme of ["light", "dark"] as const) {
    it(`keeps nobody out in ${language} and ${colorScheme} colours`, async () => {
      const words = await LOCALES[language].load();
      const room = `${language}-${colorScheme}`.toLowerCase();
      const owner = await here.person();
      await furnish(owner, here.browser, { ...ENGLISH, room });
      const { page } = await here.person({ locale: language, colorScheme });
      for (const [width, height] of Object.entries(HEIGHTS)) {
        await page.setViewportSize({ width: Number(width), height });
        await page.goto(here.origin);
        await page.getByText(words["app.tagline"]).waitFor();
        await expectAccessible(page);
        await page.goto(`${here.origin}/${room}`);
        await content(page, ENGLISH.names.list).first().waitFor();
        expect(await page.evaluate(() => document.documentElement.lang)).toBe(language);
        await expectAccessible(page);
        for (const open of [
          () => content(page, ENGLISH.names.photos[0] ?? "").locator("button.open").click(),
          () => button(page, words["room.settings"]).click(),
          () => button(page, words["room.share"]).click(),
        ]) {
          await open();
          await page.getByRole("dialog").getByRole("heading").first().waitFor();
          await expectAccessible(page);
          await close(page);
        }
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `sideways at ${width}`).toBeLessThanOrEqual(0);
      }
    });
  }
}
