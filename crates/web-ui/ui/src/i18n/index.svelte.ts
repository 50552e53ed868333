import { recall, remember } from "../lib/storage";
import { en, type Key, type Messages } from "./en";
import { LOCALES, locales, type Locale } from "./locales";
import { lookup } from "./lookup";
import { number } from "./number";
import { plural } from "./plural";

export type { Key } from "./en";
export { LOCALES, locales } from "./locales";

const KEY = "elizabeth:locale";

function preferred(): Locale {
  const chosen = recall<string | null>(KEY, null);
  return locales.find((one) => one === chosen) ?? lookup(navigator.languages, locales) ?? "en";
}

class CurrentLocale {
  current = $state<Locale>("en");
  messages = $state.raw<Messages>(en);

  async use(next: Locale): Promise<void> {
    this.messages = await LOCALES[next].load();
    this.current = next;
    document.documentElement.lang = next;
  }

  async choose(next: Locale): Promise<void> {
    remember(KEY, next);
    await this.use(next);
  }

  async start(): Promise<void> {
    await this.use(preferred());
  }
}

export const locale = new CurrentLocale();

/** The message of a key, with `{name}` replaced by what is given; `{n|one|other}` chooses a form by a number. */
export function t(key: Key, given: Record<string, string | number> = {}): string {
  return locale.messages[key].replace(/\{(\w+)(?:\|([^}]*))?\}/g, (whole, name: string, forms?: string) => {
    const value = given[name];
    if (value === undefined) return whole;
    if (forms !== undefined) return plural(Number(value), forms.split("|"), locale.current);
    return typeof value === "number" ? number(value, locale.current) : value;
  });
}
