import { Problem, Unreachable } from "../api/problem";
import { saveBlob } from "../lib/save";
import type { RoomStore } from "../room/room.svelte";

type SavePicker = (options: {
  suggestedName: string;
  types: { accept: Record<string, string[]> }[];
}) => Promise<FileSystemFileHandle>;

/** Saves contents as one zip file, all of them without `ids`: straight to where somebody chooses, in browsers that can, else through memory.
 *
 * @returns whether it was saved; not when nobody chose a place.
 */
export async function saveArchive(store: RoomStore, name: string, ids?: number[]): Promise<boolean> {
  const pick = (window as { showSaveFilePicker?: SavePicker }).showSaveFilePicker;
  let file: FileSystemFileHandle | undefined;
  if (pick) {
    try {
      file = await pick({ suggestedName: name, types: [{ accept: { "application/zip": [".zip"] } }] });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return false;
      throw error;
    }
  }
  const { headers } = await store.stay.as();
  const path = store.stay.address(`archive.zip${ids ? `?ids=${ids.join(",")}` : ""}`);
  try {
    const response = await fetch(path, { headers });
    if (!response.ok) throw await Problem.of(response);
    if (file && response.body) await response.body.pipeTo(await file.createWritable());
    else saveBlob(name, await response.blob());
  } catch (error) {
    if (error instanceof TypeError) throw new Unreachable(String(error));
    throw error;
  }
  return true;
}
