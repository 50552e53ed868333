/** Copies a text. Pages on plain HTTP have no clipboard of their own: there a selection is copied, as by hand. */
export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Not allowed: by hand, then.
    }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.readOnly = true;
  area.style.position = "fixed";
  area.style.opacity = "0";
  const within = document.querySelector("dialog[open]") ?? document.body;
  const before = document.activeElement as HTMLElement | null;
  within.append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } finally {
    area.remove();
    before?.focus();
  }
}

/** Copies a text that is still on its way. Some browsers only let one copy in the moment of a click: they learn
 * at once that it will come.
 *
 * @throws what the text failed with.
 */
export async function copyLater(text: Promise<string>): Promise<boolean> {
  if (navigator.clipboard && window.isSecureContext && typeof ClipboardItem !== "undefined") {
    try {
      const blob = text.then((written) => new Blob([written], { type: "text/plain" }));
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
      return true;
    } catch {
      // Not allowed, or not so: the text itself, then.
    }
  }
  return copyText(await text);
}
