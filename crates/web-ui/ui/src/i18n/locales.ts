import { en, type Messages } from "./en";

/** The languages of the page, by their tags (BCP 47): what each is called in itself, and where its messages are.
 * English is always there, the others are loaded. */
export const LOCALES = {
  en: { name: "English", load: async () => en },
  de: { name: "Deutsch", load: async () => (await import("./de")).default },
  "zh-CN": { name: "简体中文", load: async () => (await import("./zh-CN")).default },
} satisfies Record<string, { name: string; load: () => Promise<Messages> }>;

export type Locale = keyof typeof LOCALES;

/** The languages in the order in which they are offered. */
export const locales = Object.keys(LOCALES) as Locale[];
