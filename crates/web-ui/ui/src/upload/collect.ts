import { fileName } from "./plan";

/** A file with its name in the room. */
export interface Picked {
  file: File;
  name: string;
}

/** What was picked in a form. */
export function picked(files: Iterable<File>): Picked[] {
  return [...files].map((file) => ({ file, name: fileName(file) }));
}

/** What was dropped, folders with all that is in them. Call it at once: what was dropped is gone after the event. */
export async function dropped(transfer: DataTransfer): Promise<Picked[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (entries.every((entry) => entry === null)) return picked(transfer.files);
  const found: Picked[] = [];
  for (const entry of entries) if (entry) await walk(entry, found);
  return found;
}

async function walk(entry: FileSystemEntry, found: Picked[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ file, name: fileName(file, entry.fullPath) });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // It gives a hundred at a time.
    const more = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (more.length === 0) return;
    for (const child of more) await walk(child, found);
  }
}

/** Files on the clipboard. An image has no name of its own there: it gets the time. */
export function pasted(transfer: DataTransfer, now: Date): Picked[] {
  const stamp = now.toISOString().slice(0, 19).replace("T", "-").replace(/:/g, "");
  return [...transfer.files].map((file) => {
    const ending = file.name.includes(".") ? file.name.slice(file.name.lastIndexOf(".")) : "";
    const nameless = /^image\.\w+$/.test(file.name);
    return { file, name: nameless ? `pasted-${stamp}${ending}` : fileName(file) };
  });
}
