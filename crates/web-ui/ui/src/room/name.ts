import type { Key } from "../i18n/index.svelte";

export interface NameProblem {
  key: Key;
  given?: Record<string, string>;
}

/** What is wrong with a room's name; `undefined` when nothing is. The server has the last word. */
export function nameProblem(text: string): NameProblem | undefined {
  const name = text.normalize("NFC");
  if (name === "") return { key: "name.empty" };
  const bad = [...name].find((character) => !/[\p{L}\p{N}\p{M}\-_.~]/u.test(character));
  if (bad !== undefined) return { key: "name.characters", given: { character: bad === " " ? "␠" : bad } };
  if (/^[.\p{M}]/u.test(name)) return { key: "name.start" };
  if ([...name].length > 64 || new TextEncoder().encode(name).length > 200) return { key: "name.long" };
  return undefined;
}
