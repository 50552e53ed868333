import type { ReservedFile, UnderWay } from "./chunks";

/** A file that an earlier page began to send. */
export interface Interrupted extends ReservedFile {
  name: string;
  size: number;
  sent: number;
  chunk: number;
}

/** The files among one's own uploads that nobody is sending. */
export function interruptedFiles(uploads: UnderWay[], isSending: (file: ReservedFile) => boolean): Interrupted[] {
  return uploads
    .filter((upload) => upload.mine && upload.protocol === "chunks")
    .flatMap(({ reservation_id, files }) =>
      files
        .filter((file) => file.content_id == null)
        .map((file) => ({
          reservation: reservation_id,
          index: file.file_index,
          name: file.name,
          size: file.size,
          sent: file.uploaded_size,
          chunk: file.chunk_size ?? file.size,
        })),
    )
    .filter((file) => !isSending(file));
}
