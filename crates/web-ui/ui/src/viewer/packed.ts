/** A file in an archive. */
export interface PackedFile {
  name: string;
  size: number;
  /** What it takes in the archive, where that is known. */
  packed?: number;
  changed?: Date;
  /** Unpacks it.
   *
   * @throws {Refused} when that is not done; else when it is damaged.
   */
  open(signal: AbortSignal): Promise<Blob>;
}

/** What is in an archive. */
export interface Listing {
  files: PackedFile[];
  /** Why there may be more than is listed: so many files, so many bytes to unpack, or damage. */
  cut?: "files" | "bytes" | "damage";
}

/** So many files are listed of an archive. */
export const MOST_FILES = 10_000;
/** So much is read to list one that has no table of contents, in bytes as they are unpacked. */
export const MOST_UNPACKED = 256 << 20;
/** A larger file is not opened out of one, in bytes. */
export const LARGEST_ENTRY = 64 << 20;

/** Why something is not unpacked. */
export class Refused extends Error {
  constructor(readonly reason: "large" | "password") {
    super(reason);
  }
}
