import type { UnderWay } from "./chunks";

/** A file that an earlier page began to send. */
export interface InterruptedFile {
  index: number;
  name: string;
  size: number;
  sent: number;
  chunk: number;
}

/** Files that an earlier page began to send together. */
export interface Interrupted {
  reservation: string;
  files: InterruptedFile[];
}

/** One's own uploads that nobody is sending, each with the files of it that are still to come. */
export function interruptedUploads(uploads: UnderWay[], isSending: (reservation: string) => boolean): Interrupted[] {
  return uploads
    .filter((upload) => upload.mine && upload.protocol === "chunks" && !isSending(upload.reservation_id))
    .map(({ reservation_id, files }) => ({
      reservation: reservation_id,
      files: files
        .filter((file) => file.content_id == null)
        .map((file) => ({
          index: file.file_index,
          name: file.name,
          size: file.size,
          sent: file.uploaded_size,
          chunk: file.chunk_size ?? file.size,
        })),
    }))
    .filter(({ files }) => files.length > 0);
}

/** Which of the files an interrupted one is: by name and size. Picked one by one, a file has lost its folders. */
export function interruptedFile(files: InterruptedFile[], name: string, size: number): InterruptedFile | undefined {
  const same = files.filter((file) => file.size === size);
  return same.find((file) => file.name === name) ?? same.find((file) => file.name.endsWith(`/${name}`));
}
