import type { Schemas } from "../api/client";

/** A text as those count it who edit it together: with one kind of line break. */
export const withSingleBreaks = (text: string): string => text.replace(/\r\n?/g, "\n");

/** What a text is after a change, of the form that `ChangeSet.toJSON` of CodeMirror has.
 *
 * @throws {RangeError} when it is no change of this text.
 */
export function edited(text: string, change: Schemas["Change"]): string {
  let at = 0;
  let now = "";
  for (const part of change) {
    if (typeof part === "number") now += text.slice(at, (at += part));
    else {
      const [gone, ...lines] = part;
      at += Number(gone);
      now += lines.join("\n");
    }
  }
  if (at !== text.length) throw new RangeError("the change is one of another text");
  return now;
}
