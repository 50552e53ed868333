import { recall, remember } from "../lib/storage";
import { en, type Messages } from "./en";

export type Locale = "en" | "zh-CN";
export type Key = keyof Messages;

export const LOCALES: Record<Locale, string> = { en: "English", "zh-CN": "简体中文" };

const KEY = "elizabeth:locale";

function preferred(): Locale {
  const chosen = recall<string | null>(KEY, null);
  if (chosen === "en" || chosen === "zh-CN") return chosen;
  return navigator.languages.find((language) => /^(zh|en)\b/i.test(language))?.toLowerCase().startsWith("zh")
    ? "zh-CN"
    : "en";
}

class CurrentLocale {
  current = $state<Locale>("en");
  messages = $state.raw<Messages>(en);

  /** Changes the language. English is always there, the others are loaded. */
  async use(next: Locale): Promise<void> {
    this.messages = next === "en" ? en : (await import("./zh-CN")).zh;
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

/** The message of a key, with `{name}` replaced by what is given; `{n|one|many}` chooses by a number. */
export function t(key: Key, given: Record<string, string | number> = {}): string {
  return locale.messages[key].replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one, many) => {
    const value = given[name];
    if (value === undefined) return whole;
    if (one !== undefined) return Number(value) === 1 ? one : many;
    return typeof value === "number" ? value.toLocaleString(locale.current) : value;
  });
}
