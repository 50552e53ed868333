/** What is selected in a field, and how far it is scrolled. */
export interface Caret {
  anchor: number;
  head: number;
  top: number;
}

export function caretOf({ selectionStart, selectionEnd, selectionDirection, scrollTop }: HTMLTextAreaElement): Caret {
  const [anchor, head] = selectionDirection === "backward" ? [selectionEnd, selectionStart] : [selectionStart, selectionEnd];
  return { anchor, head, top: scrollTop };
}

/** Where a place in a text is after the text was changed elsewhere. */
export function moved(place: number, before: string, after: string): number {
  let head = 0;
  while (head < before.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  if (place <= head) return place;
  if (place >= before.length - tail) return place + after.length - before.length;
  return head;
}
