import { LANGUAGES as KNOWN } from "../viewer/language";

/** The languages that a text may be said to be in: the word that is kept, and what people call it. */
export const LANGUAGES: [string, string][] = Object.entries(KNOWN).map(([word, { label }]) => [word, label]);
