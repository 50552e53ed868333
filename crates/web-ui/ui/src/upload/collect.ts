import { fileName } from "./plan";

/** A file with its name in the room. */
export interface Picked {
  file: File;
  name: string;
}

/** What somebody wants to add. */
export interface Collected {
  files: Picked[];
  /** By its path, what could not be read. */
  unread: string[];
}

/** Finder keeps the picture of a folder in a file of this name, which nobody sees. */
const HIDDEN = "Icon\r";

function collected(files: Picked[], unread: string[] = []): Collected {
  return { files: files.filter(({ name }) => name.split("/").at(-1) !== HIDDEN), unread };
}

/** What was picked in a form. */
export function picked(files: Iterable<File>): Collected {
  return collected(Array.from(files, (file) => ({ file, name: fileName(file) })));
}

/** What was dropped, folders with all that is in them. Call it at once: what was dropped is gone after the event. */
export async function dropped(transfer: DataTransfer): Promise<Collected> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (entries.every((entry) => entry === null)) return picked(transfer.files);
  const files: Picked[] = [];
  const unread: string[] = [];
  for (const entry of entries) if (entry) await walk(entry, files, unread);
  return collected(files, unread);
}

/** One that cannot be read keeps none of the others back. */
async function walk(entry: FileSystemEntry, files: Picked[], unread: string[]): Promise<void> {
  try {
    if (entry.isFile) {
      const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
      files.push({ file, name: fileName(file, entry.fullPath) });
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    for (;;) {
      // It gives a hundred at a time.
      const more = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (more.length === 0) return;
      for (const child of more) await walk(child, files, unread);
    }
  } catch {
    unread.push(entry.fullPath.replace(/^\/+/, ""));
  }
}

/** Files on the clipboard. An image has no name of its own there: it gets the time. */
export function pasted(transfer: DataTransfer, now: Date): Collected {
  const stamp = now.toISOString().slice(0, 19).replace("T", "-").replace(/:/g, "");
  const files = Array.from(transfer.files, (file) => {
    const ending = file.name.includes(".") ? file.name.slice(file.name.lastIndexOf(".")) : "";
    const nameless = /^image\.\w+$/.test(file.name);
    return { file, name: nameless ? `pasted-${stamp}${ending}` : fileName(file) };
  });
  return collected(files);
}
