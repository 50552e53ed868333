/** The text that was pasted where there is no field for it. */
export function pastedText(event: ClipboardEvent): string | undefined {
  const data = event.clipboardData;
  if (event.defaultPrevented || !data || data.files.length > 0) return undefined;
  if (event.target instanceof Element && event.target.closest("input, textarea, [contenteditable], dialog")) return undefined;
  const text = data.getData("text/plain");
  return text.trim() === "" ? undefined : text;
}
