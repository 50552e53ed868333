import type { State, Upload } from "./upload";

/** So many files are drawn at most. */
const DRAWN = 50;
/** What a file takes beside its bytes, in bytes: small ones are not sent as fast as they are small. */
const FILE = 32 << 10;

/** A file as people see it. */
export interface Row {
  upload: Upload;
  name: string;
  state: State;
  sent: number;
  size: number;
  problem: string | undefined;
}

/** All files that are on their way, as they stand at an instant. */
export interface View {
  /** Files of which something is to be seen: those that have arrived as well. */
  files: number;
  done: number;
  failed: number;
  /** Of those that failed, how many may be tried again. */
  retriable: number;
  /** Waiting or being sent. */
  active: number;
  paused: number;
  sent: number;
  size: number;
  /** What has been done of `work`, which counts files and bytes. */
  worked: number;
  work: number;
  /** The failed first, then what is being sent. */
  rows: Row[];
}

/** What has arrived since nothing was on its way. */
export interface Arrived {
  files: number;
  bytes: number;
}

export function work(files: number, bytes: number): number {
  return files * FILE + bytes;
}

/** How it stands. It looks at each file once. */
export function view(uploads: Iterable<Upload>, arrived: Arrived): View {
  const rows: Record<"failed" | "sending" | "paused" | "waiting", Upload[]> = { failed: [], sending: [], paused: [], waiting: [] };
  let [files, sent, size, failed, retriable, paused] = [0, 0, 0, 0, 0, 0];
  for (const upload of uploads) {
    files += 1;
    sent += upload.sent;
    size += upload.size;
    if (upload.state === "paused") paused += 1;
    if (upload.state === "failed") {
      failed += 1;
      if (!upload.isHopeless) retriable += 1;
    }
    const { state } = upload;
    const kind = state === "failed" || state === "paused" || state === "waiting" ? state : "sending";
    if (rows[kind].length < DRAWN) rows[kind].push(upload);
  }
  const first = [...rows.failed, ...rows.sending, ...rows.paused, ...rows.waiting].slice(0, DRAWN);
  return {
    files: files + arrived.files,
    done: arrived.files,
    failed,
    retriable,
    active: files - failed - paused,
    paused,
    sent: sent + arrived.bytes,
    size: size + arrived.bytes,
    worked: work(arrived.files, sent + arrived.bytes),
    work: work(files + arrived.files, size + arrived.bytes),
    rows: first.map((upload) => {
      const { name, state, sent, size, problem } = upload;
      return { upload, name, state, sent, size, problem };
    }),
  };
}
