import { DELETE, EDIT, SHARE, VIEW } from "../api/client";
import { list } from "../i18n/format";
import { t, type Key } from "../i18n/index.svelte";

const WORDS: [number, Key][] = [
  [VIEW, "may.view"],
  [EDIT, "may.edit"],
  [SHARE, "may.share"],
  [DELETE, "may.delete"],
];

/** What permission bits allow, in words. */
export function mayWords(permission: number): string {
  if (permission === EDIT) return t("may.dropbox");
  const words = WORDS.filter(([bit]) => (permission & bit) !== 0).map(([, key]) => t(key));
  if (words.length === 0) return t("may.nothing");
  return words.length === WORDS.length ? t("may.all") : list(words);
}
