import type { Content } from "../api/client";
import { saveBlob } from "../lib/save";

/** Where a view gets the bytes of what it shows: from a room, or from an archive that it stands in. */
export interface Source {
  /** Whether all bytes are in this browser already; nothing can be fetched of them then. */
  readonly here?: boolean;
  /** An address from which an element can load it. */
  source(content: Content): Promise<string>;
  /** Its bytes, or a part of them where `more` has a range. */
  read(content: Content, more: Record<string, string>, signal?: AbortSignal): Promise<Response>;
  bytes(content: Content, signal?: AbortSignal): Promise<Blob>;
  /** Saves it as a file, as browsers do. */
  download(content: Content): Promise<void>;
}

/** Bytes that are here already. */
export class BlobSource implements Source {
  readonly here = true;
  private url: string | undefined;

  constructor(private readonly blob: Blob) {}

  source(): Promise<string> {
    this.url ??= URL.createObjectURL(this.blob);
    return Promise.resolve(this.url);
  }

  read(_: Content, { Range: range }: Record<string, string>): Promise<Response> {
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
    const part = first === undefined ? this.blob : this.blob.slice(Number(first), last ? Number(last) + 1 : undefined);
    return Promise.resolve(new Response(part));
  }

  bytes(): Promise<Blob> {
    return Promise.resolve(this.blob);
  }

  download(content: Content): Promise<void> {
    // Without its folders, and as nothing that a browser would open.
    const name = (content.file_name ?? "").split("/").at(-1) ?? "";
    saveBlob(name, new Blob([this.blob], { type: "application/octet-stream" }));
    return Promise.resolve();
  }

  /** Nothing shows it any more. */
  close(): void {
    if (this.url !== undefined) URL.revokeObjectURL(this.url);
    this.url = undefined;
  }
}
