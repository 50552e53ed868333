import { LANGUAGES as KNOWN } from "../viewer/language";

/** The languages that can be chosen for a text: the word that is kept, and what people call it. */
export const LANGUAGES: [string, string][] = Object.entries(KNOWN).map(([word, { label }]) => [word, label]);
