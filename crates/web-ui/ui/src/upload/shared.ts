import type { Picked } from "./collect";

const SHARED = "shared";

/** Whether another program has shared something that waits for a room. */
export async function waits(): Promise<boolean> {
  if (!("caches" in globalThis)) return false;
  return (await caches.has(SHARED)) && (await (await caches.open(SHARED)).keys()).length > 0;
}

/** What was shared, once. */
export async function takeShared(): Promise<{ files: Picked[]; text: string | undefined }> {
  const files: Picked[] = [];
  let text: string | undefined;
  if (!(await waits())) return { files, text };
  const shared = await caches.open(SHARED);
  for (const request of await shared.keys()) {
    const response = await shared.match(request);
    const name = response?.headers.get("x-name");
    if (!response) continue;
    if (name == null) text = await response.text();
    else {
      const blob = await response.blob();
      const decoded = decodeURIComponent(name);
      files.push({ file: new File([blob], decoded, { type: blob.type }), name: decoded });
    }
  }
  await caches.delete(SHARED);
  return { files, text };
}
