import type { Content } from "../api/client";
import type { RoomStore } from "../room/room.svelte";
import { atMost, box, differing, place, type Size } from "./pixels";
import { Unfit } from "./unfit";

/** An image that is loaded, and as large as it is. */
export interface Picture extends Size {
  content: Content;
  url: string;
  image: HTMLImageElement;
}

/** Pixels are counted on images that are made this small, if they are larger. */
const LONGEST = 1_024;

/** @throws {Unfit} when it does not load as an image. */
export async function loadPicture(store: RoomStore, content: Content): Promise<Picture> {
  const url = await store.reader.source(content);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    throw new Unfit(content);
  }
  return { content, url, image, width: image.naturalWidth, height: image.naturalHeight };
}

/** Which part of two images differs visibly, from 0 to 1, when they lie on each other. */
export function shareThatDiffers(a: Picture, b: Picture): number {
  const size = atMost(box(a, b), LONGEST);
  return differing(pixels(a, size), pixels(b, size));
}

function pixels(picture: Picture, size: Size): Uint8ClampedArray {
  const canvas = document.createElement("canvas");
  canvas.width = size.width;
  canvas.height = size.height;
  const drawn = canvas.getContext("2d", { willReadFrequently: true });
  if (!drawn) return new Uint8ClampedArray();
  const { x, y, width, height } = place(picture, size);
  drawn.drawImage(picture.image, x, y, width, height);
  return drawn.getImageData(0, 0, size.width, size.height).data;
}
