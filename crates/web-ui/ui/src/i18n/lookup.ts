/** The language that comes first among those that somebody reads: the very one, or one of the same family, such as
 * `en` for `en-GB`. `undefined` where none is offered. */
export function lookup<Tag extends string>(read: readonly string[], offered: readonly Tag[]): Tag | undefined {
  for (const tag of read.map((tag) => tag.toLowerCase())) {
    const found =
      offered.find((one) => one.toLowerCase() === tag) ?? offered.find((one) => family(one) === family(tag));
    if (found) return found;
  }
  return undefined;
}

function family(tag: string): string {
  return tag.toLowerCase().split("-", 1)[0] ?? "";
}
