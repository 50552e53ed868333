import { visit } from "jsonc-parser";

/** The values of a JSON text in the order in which they begin. All of them are named by where they stand in the text: so
 * numbers stay as they are written, and nothing is copied. */
export interface JsonTree {
  /** Within how many others each stands. */
  depth: Uint32Array;
  /** Which one of its neighbours it is, from 0. */
  place: Uint32Array;
  /** Where its name begins and ends, two numbers for each; twice 0 where it has none. */
  name: Uint32Array;
  /** Where it begins and ends itself. */
  value: Uint32Array;
  /** Which one is the first behind all that stands in it. */
  next: Uint32Array;
  /** How many stand right in it. */
  count: Uint32Array;
}

/** @throws {SyntaxError} when it is no JSON. */
export function jsonTree(text: string): JsonTree {
  const depth: number[] = [];
  const place: number[] = [];
  const name: number[] = [];
  const value: number[] = [];
  const next: number[] = [];
  const count: number[] = [];
  const around: number[] = [];
  let named: [number, number] = [0, 0];
  const begin = (offset: number, length: number) => {
    const outer = around.at(-1);
    const at = depth.length;
    depth.push(around.length);
    place.push(outer === undefined ? 0 : (count[outer] ?? 0));
    if (outer !== undefined) count[outer] = (count[outer] ?? 0) + 1;
    name.push(...named);
    value.push(offset, offset + length);
    next.push(at + 1);
    count.push(0);
    named = [0, 0];
    return at;
  };
  const open = (offset: number, length: number) => {
    around.push(begin(offset, length));
  };
  const close = (offset: number, length: number) => {
    const at = around.pop() ?? 0;
    value[2 * at + 1] = offset + length;
    next[at] = depth.length;
  };
  visit(
    text,
    {
      onObjectBegin: open,
      onArrayBegin: open,
      onObjectEnd: close,
      onArrayEnd: close,
      onObjectProperty: (_, offset, length) => (named = [offset, offset + length]),
      onLiteralValue: (_, offset, length) => void begin(offset, length),
      onError: (code, offset) => {
        throw new SyntaxError(`error ${code} at ${offset}`);
      },
    },
    { allowTrailingComma: true },
  );
  if (depth.length === 0) throw new SyntaxError("there is nothing in it");
  const of = (all: number[]) => Uint32Array.from(all);
  return { depth: of(depth), place: of(place), name: of(name), value: of(value), next: of(next), count: of(count) };
}

/** The same with each value on a line of its own.
 *
 * @throws {SyntaxError} when it is no JSON.
 */
export function prettyJson(text: string): string {
  const { depth, name, value, next, count } = jsonTree(text);
  const written: string[] = [];
  /** Where what is open ends, and how it is closed. */
  const around: { end: number; closing: string }[] = [];
  const line = (indent: number) => `\n${"  ".repeat(indent)}`;
  for (let at = 0; at < depth.length; at += 1) {
    const [begin = 0, end = 0] = value.subarray(2 * at, 2 * at + 2);
    const [from = 0, to = 0] = name.subarray(2 * at, 2 * at + 2);
    if (at > 0) written.push(line(depth[at] ?? 0));
    if (to > 0) written.push(text.slice(from, to), ": ");
    const isOpen = (count[at] ?? 0) > 0;
    if (isOpen) {
      const closing = text[begin] === "{" ? "}" : "]";
      written.push(text[begin] ?? "");
      around.push({ end: next[at] ?? 0, closing });
      continue;
    }
    const empty = text[begin] === "{" ? "{}" : text[begin] === "[" ? "[]" : text.slice(begin, end);
    written.push(empty);
    while (around.at(-1)?.end === at + 1) written.push(line(around.length - 1), around.pop()?.closing ?? "");
    if (around.length > 0) written.push(",");
  }
  return `${written.join("")}\n`;
}
