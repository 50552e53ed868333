import { answer, api, every, type Content } from "../api/client";
import { Problem } from "../api/problem";
import type { Stay } from "../room/stay";
import { send } from "./send";

interface Announced {
  name: string;
  size: number;
  file: File;
}

/** Has the server hold space for files that are about to come in one request. */
export async function reserveFiles(stay: Stay, files: Announced[]): Promise<number> {
  const manifest = files.map(({ name, size, file }) => ({ name, size, mime: file.type || undefined }));
  const call = api.POST("/api/v1/rooms/{room}/contents/prepare", { ...(await stay.as()), body: { files: manifest } });
  return (await answer(call)).reservation_id;
}

/** Sends files whose space is held: all of them are contents then, or none. Reports how many bytes have gone. */
export async function sendFiles(
  stay: Stay,
  reservation: number,
  form: FormData,
  signal: AbortSignal,
  onprogress: (sent: number) => void,
): Promise<Content[]> {
  const { headers } = await stay.as();
  const url = stay.address(`contents?reservation_id=${reservation}`);
  const text = await send("POST", url, headers, form, signal, onprogress);
  return (JSON.parse(text) as { uploaded: Content[] }).uploaded;
}

/** Gives space back. Whether it was held: then nothing will come of it any more. */
export async function releaseFiles(stay: Stay, reservation: number): Promise<boolean> {
  const { params, headers } = await stay.as();
  const call = api.DELETE("/api/v1/rooms/{room}/reservations/{id}", {
    params: { path: { ...params.path, id: reservation } },
    headers,
  });
  try {
    await answer(call);
    return true;
  } catch (error) {
    if (error instanceof Problem && (error.status === 404 || error.status === 410)) return error.status === 410;
    throw error;
  }
}

/** The contents that are newer than one. */
export async function contentsBehind(stay: Stay, id: number): Promise<Content[]> {
  const { params, headers } = await stay.as();
  const page = (after: number = id) =>
    api.GET("/api/v1/rooms/{room}/contents", { params: { ...params, query: { after } }, headers });
  return every(page, Number);
}
