import { recall, remember } from "../lib/storage";

const KEY = "elizabeth:shortcuts";

/** Whether single keys do something. Who speaks to a computer, or types with something else, may not want that. */
class Shortcuts {
  on = $state(recall(KEY, true));

  choose(on: boolean): void {
    this.on = on;
    remember(KEY, on);
  }
}

export const shortcuts = new Shortcuts();

/** Whether a key that was pressed is a shortcut: not typed into anything, and nothing stands before the page. */
export function isShortcut(event: KeyboardEvent): boolean {
  if (!shortcuts.on || event.ctrlKey || event.metaKey || event.altKey) return false;
  return isForPage(event);
}

/** Whether what was done last is to be undone, and not in a text. */
export function isUndo(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key === "z" && isForPage(event);
}

function isForPage(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return false;
  const target = event.target instanceof Element ? event.target : undefined;
  const typed = "input:not([type=checkbox]), textarea, select, [contenteditable], [role=menu], [role=textbox]";
  return !target?.closest(typed) && document.querySelector("dialog[open]") === null;
}
