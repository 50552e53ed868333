import type { Schemas } from "../api/client";
import type { UnderWay } from "./chunks";

/** An upload that goes on for so long without progress is not shown any more, in milliseconds. */
const SILENCE = 30_000;

/** What somebody else is sending. */
export interface Other {
  reservation: string;
  files: number;
  percent: number;
}

type Size = Pick<UnderWay, "file_count" | "uploaded_size" | "reserved_size">;

/** What others send into a room, as long as it goes on. */
export class Others {
  list = $state.raw<Other[]>([]);
  private readonly ends = new Map<string, ReturnType<typeof setTimeout>>();
  /** Bytes that had arrived when it was heard of last; of those that fell silent as well. */
  private readonly arrived = new Map<string, number>();

  /** What is under way of others, all of it. */
  looked(all: UnderWay[]): void {
    const theirs = new Set(all.map((upload) => upload.reservation_id));
    for (const reservation of this.arrived.keys()) if (!theirs.has(reservation)) this.ended(reservation);
    for (const upload of all) this.goes(upload.reservation_id, upload);
  }

  /** Whether an upload is one of these. */
  has(reservation: string): boolean {
    return this.arrived.has(reservation);
  }

  /** How one of them stands: nothing happens where it stands as it did. */
  goes(reservation: string, { file_count, uploaded_size, reserved_size }: Size): void {
    if (this.arrived.get(reservation) === uploaded_size) return;
    this.arrived.set(reservation, uploaded_size);
    clearTimeout(this.ends.get(reservation));
    this.ends.set(
      reservation,
      setTimeout(() => this.hide(reservation), SILENCE),
    );
    const percent = reserved_size === 0 ? 0 : Math.floor((100 * uploaded_size) / reserved_size);
    const other = { reservation, files: file_count, percent };
    const isKnown = this.list.some((known) => known.reservation === reservation);
    this.list = isKnown
      ? this.list.map((known) => (known.reservation === reservation ? other : known))
      : [...this.list, other];
  }

  /** What an event says of one of them. */
  heard({ reservation_id, upload }: Schemas["UploadEvent"]): void {
    if (upload) this.goes(reservation_id, upload);
    else this.ended(reservation_id);
  }

  /** One is under way no more. */
  ended(reservation: string): void {
    this.arrived.delete(reservation);
    this.hide(reservation);
  }

  private hide(reservation: string): void {
    clearTimeout(this.ends.get(reservation));
    this.ends.delete(reservation);
    this.list = this.list.filter((other) => other.reservation !== reservation);
  }
}
