import { answer, api, every, type Schemas } from "../api/client";
import type { Stay } from "../room/stay";
import type { Limits } from "./plan";
import { send } from "./send";

/** The most chunks of one upload, by the contract. */
const CHUNKS = 16_384;

export type UnderWay = Schemas["UploadUnderWay"];

/** A file that the server holds space for. */
export interface ReservedFile {
  reservation: string;
  index: number;
}

/** What the server takes. */
export async function limits(): Promise<Limits> {
  const { limits } = await answer(api.GET("/api/v1/config", {}));
  return {
    files: limits.manifest_files,
    chunks: CHUNKS,
    chunkMin: limits.chunk_size_min,
    chunkMax: limits.chunk_size_max,
  };
}

/** Reserves space for files. */
export async function prepare(stay: Stay, files: Schemas["ChunkedManifest"]["files"]) {
  return answer(api.POST("/api/v1/rooms/{room}/uploads/chunks/prepare", { ...(await stay.as()), body: { files } }));
}

/** What is on its way into the room, from anybody. */
export async function underWay(stay: Stay): Promise<UnderWay[]> {
  const { params, headers } = await stay.as();
  const page = (after?: number) =>
    api.GET("/api/v1/rooms/{room}/uploads", { params: { ...params, query: { after } }, headers });
  return every(page, Number);
}

/** Which chunks have arrived, by the file's place. */
export async function arrived(stay: Stay, reservation: string): Promise<Map<number, number[]>> {
  const { params, headers } = await stay.as();
  const call = api.GET("/api/v1/rooms/{room}/uploads/chunks/status", {
    params: { ...params, query: { reservation_id: reservation } },
    headers,
  });
  const { chunk_details } = await answer(call);
  const there = new Map<number, number[]>();
  for (const { file_index, chunk_index } of chunk_details) {
    const chunks = there.get(file_index) ?? [];
    chunks.push(chunk_index);
    there.set(file_index, chunks);
  }
  return there;
}

/** Sends a chunk, and reports how many of its bytes have gone. */
export async function sendChunk(
  stay: Stay,
  { reservation, index }: ReservedFile,
  chunk: number,
  bytes: Blob,
  signal: AbortSignal,
  onprogress: (sent: number) => void,
): Promise<void> {
  const { headers } = await stay.as();
  signal.throwIfAborted();
  const url = stay.address(`uploads/chunks/${index}/${chunk}?reservation_id=${reservation}`);
  await send("PUT", url, headers, bytes, signal, (sent) => onprogress(Math.min(sent, bytes.size)));
}

/** Makes a content of a file whose chunks have all arrived. */
export async function complete(stay: Stay, { reservation, index }: ReservedFile, hash: string): Promise<number> {
  const call = api.POST("/api/v1/rooms/{room}/uploads/chunks/complete", {
    ...(await stay.as()),
    body: { reservation_id: reservation, file_index: index, final_hash: hash },
  });
  return (await answer(call)).content.id;
}

/** Gives space back, with what has arrived. */
export async function release(stay: Stay, reservation: string): Promise<void> {
  const { params, headers } = await stay.as();
  const call = api.DELETE("/api/v1/rooms/{room}/uploads/chunks/{reservation_id}", {
    params: { path: { ...params.path, reservation_id: reservation } },
    headers,
  });
  await answer(call);
}
