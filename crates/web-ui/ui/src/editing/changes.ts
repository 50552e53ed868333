import { ChangeSet, EditorState, Text, Transaction } from "@codemirror/state";
import { diffIndices } from "node-diff3";

import { withSingleBreaks } from "../room/edit";

/** A text as editors have it. */
export const textOf = (text: string): Text => Text.of(withSingleBreaks(text).split("\n"));

/** What makes one text of another, line by line. */
export function changesBetween(before: Text, after: Text): ChangeSet {
  const [old, now] = [before.toJSON(), after.toJSON()];
  const changes = diffIndices(old, now).map(({ buffer1: [line, count], buffer2Content }) => {
    const insert = buffer2Content.map((text) => `${text}\n`).join("");
    const from = line < before.lines ? before.line(line + 1).from : before.length + 1;
    const to = line + count < before.lines ? before.line(line + count + 1).from : before.length + 1;
    if (to <= before.length) return { from, to, insert };
    // The last line has no break behind it: the one in front of what changes is the one that comes or goes.
    if (from > before.length) return { from: before.length, insert: `\n${insert.slice(0, -1)}` };
    if (insert === "") return { from: from - 1, to: before.length };
    return { from, to: before.length, insert: insert.slice(0, -1) };
  });
  return ChangeSet.of(changes, before.length);
}

/** Where several lines are replaced, by what is pasted over them for one, only those change that are others: what somebody
 * else does to the rest meanwhile stays what it is. */
export const fewestLines = EditorState.transactionFilter.of((transaction) => {
  if (!transaction.docChanged || !transaction.isUserEvent("input")) return transaction;
  const { startState, newDoc, newSelection: selection, effects, scrollIntoView } = transaction;
  let replaces = false;
  transaction.changes.iterChanges((from, to, _from, _to, inserted) => {
    replaces ||= inserted.lines > 1 && startState.doc.lineAt(from).to < to;
  });
  if (!replaces) return transaction;
  const annotations = Transaction.userEvent.of("input.paste");
  return { changes: changesBetween(startState.doc, newDoc), selection, effects, scrollIntoView, annotations };
});
