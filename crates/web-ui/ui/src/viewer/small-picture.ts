/** Small pictures of large ones, made in the browser. */

/** What a thumbnail may have: pixels a side, as few bytes as a line that is paid for wants. */
const SIDE = 320;
const BYTES = 20 << 10;
/** What is tried one after the other until it is small enough: the part of the side, and the quality. */
const TRIES = [
  [1, 0.75],
  [1, 0.5],
  [0.7, 0.5],
  [0.5, 0.4],
  [0.3, 0.3],
] as const;
/** So far into a film its picture is taken, in seconds, or half of it where it is shorter. */
const INTO = 1;

/** A thumbnail of an image or a film; nothing where this browser cannot draw it. */
export async function smallPicture(file: Blob, type: string): Promise<Blob | undefined> {
  try {
    if (type.startsWith("video/")) return await ofFilm(file);
    const image = await createImageBitmap(file);
    try {
      return await drawn(image, image.width, image.height);
    } finally {
      image.close();
    }
  } catch {
    // Not an image that it knows, or one that is broken.
    return undefined;
  }
}

async function ofFilm(file: Blob): Promise<Blob | undefined> {
  const film = document.createElement("video");
  film.muted = true;
  film.preload = "auto";
  const source = URL.createObjectURL(file);
  const event = (name: string) =>
    new Promise<void>((resolve, reject) => {
      film.addEventListener(name, () => resolve(), { once: true });
      film.addEventListener("error", () => reject(film.error ?? new Error("not a film")), { once: true });
    });
  try {
    const ready = event("loadeddata");
    film.src = source;
    await ready;
    const there = event("seeked");
    film.currentTime = Math.min(INTO, film.duration / 2 || 0);
    await there;
    return await drawn(film, film.videoWidth, film.videoHeight);
  } finally {
    film.removeAttribute("src");
    film.load();
    URL.revokeObjectURL(source);
  }
}

async function drawn(picture: CanvasImageSource, width: number, height: number): Promise<Blob | undefined> {
  if (width === 0 || height === 0) return undefined;
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  if (!context) return undefined;
  const fit = Math.min(1, SIDE / Math.max(width, height));
  for (const [part, quality] of TRIES) {
    canvas.width = Math.max(1, Math.round(width * fit * part));
    canvas.height = Math.max(1, Math.round(height * fit * part));
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const made = await encoded(canvas, quality);
    if (made && made.size <= BYTES) return made;
  }
  return undefined;
}

/** As WebP, or as JPEG where the browser writes none. */
async function encoded(canvas: HTMLCanvasElement, quality: number): Promise<Blob | undefined> {
  const as = (type: string) => new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, quality));
  const webp = await as("image/webp");
  if (webp?.type === "image/webp") return webp;
  return (await as("image/jpeg")) ?? undefined;
}
