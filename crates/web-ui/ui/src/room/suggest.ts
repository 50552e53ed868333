import { t } from "../i18n/index.svelte";

/** Which of so many, by chance. */
function drawn(count: number): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % count;
}

/** A name for a room that nobody has thought of one for: easy to say, and not easy to guess. */
export function suggestedName(): string {
  const words = [t("suggest.first"), t("suggest.second")].map((list) => list.split(" ")).map((list) => list[drawn(list.length)]);
  return [...words, 100 + drawn(900)].join("-");
}
