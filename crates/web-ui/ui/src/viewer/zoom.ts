/** How an image stands in its box: its scale, 1 for a pixel of its own each, and how far its middle is off the box's. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

const LARGEST = 20;

/** The scale at which all of an image is seen; small ones are not blown up. */
export function fitScale(image: Size, box: Size): number {
  if (image.width === 0 || image.height === 0) return 1;
  return Math.min(1, box.width / image.width, box.height / image.height);
}

export function fitted(image: Size, box: Size): View {
  return { scale: fitScale(image, box), x: 0, y: 0 };
}

/** Scales by a factor, so that what is at a point of the box (from its middle) stays there. */
export function zoomAt(view: View, factor: number, at: { x: number; y: number }, image: Size, box: Size): View {
  const fit = fitScale(image, box);
  const scale = Math.min(Math.max(view.scale * factor, fit), Math.max(LARGEST, fit));
  const ratio = scale / view.scale;
  return kept({ scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio }, image, box);
}

/** The same, but no emptier than it must be: an image larger than the box covers it, a smaller one stands in its middle. */
export function kept(view: View, image: Size, box: Size): View {
  const most = (length: number, room: number) => Math.max(0, (length * view.scale - room) / 2);
  const within = (value: number, limit: number) => Math.min(Math.max(value, -limit), limit) + 0;
  return {
    scale: view.scale,
    x: within(view.x, most(image.width, box.width)),
    y: within(view.y, most(image.height, box.height)),
  };
}

/** Whether it is larger than when all of it is seen. */
export function isZoomed(view: View, image: Size, box: Size): boolean {
  return view.scale > fitScale(image, box) * 1.001;
}
