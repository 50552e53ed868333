import { history, undo } from "@codemirror/commands";
import { EditorState, type Transaction } from "@codemirror/state";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Content } from "../api/client";
import { Problem, Unreachable } from "../api/problem";
import { edited } from "../room/edit";
import type { Draft, Drafts } from "./drafts";
import type { Edits, TextServer } from "./server";
import { SharedText } from "./shared-text.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Numbers that are the same each time. */
function random(seed: number) {
  return (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
}

/** What the server does, with a line to it that may fail. */
class Room implements TextServer {
  version = 1;
  log: Edits["edits"] = [];
  /** Whether a request is lost, or its answer. */
  fails: () => "request" | "answer" | Problem | undefined = () => undefined;
  /** The oldest version whose edits are kept. */
  kept = 1;
  bytes = 0;

  constructor(public text: string) {}

  get content(): Content {
    return { id: 7, content_type: "text", text: this.text, version: this.version } as Content;
  }

  edit: TextServer["edit"] = async (_, body) => {
    this.bytes += JSON.stringify(body).length;
    const failure = this.fails();
    if (failure instanceof Problem) throw failure;
    if (failure === "request") throw new Unreachable();
    if (body.version < this.kept) throw new Problem(410, "edits_gone", "");
    if (body.version !== this.version) {
      const details = await this.since(7, body.version);
      throw new Problem(409, "version_behind", "", details as unknown as Record<string, unknown>);
    }
    for (const change of body.edits) this.change(body.client, change);
    if (failure === "answer") throw new Unreachable();
  };
  since: TextServer["since"] = async (_, from) => {
    if (from < this.kept) throw new Problem(410, "edits_gone", "");
    return { from, to: this.version, edits: this.log.slice(from - 1) };
  };
  read: TextServer["read"] = async () => this.content;

  change(client: string, change: Edits["edits"][number]["change"]) {
    this.text = edited(this.text, change);
    this.log.push({ client, change });
    this.version += 1;
  }
}

/** Somebody with an editor, and what their browser keeps. */
class Typist {
  draft: Draft | undefined;
  may = true;
  shared!: SharedText;
  editor!: { state: EditorState; dispatch: (transactions: readonly Transaction[]) => void };

  constructor(private readonly server: TextServer, content: Content | undefined) {
    this.open(content);
  }

  open(content: Content | undefined) {
    const place = { keep: (draft: Draft | undefined) => (this.draft = draft), release: () => undefined };
    const drafts = Object.defineProperty(place, "draft", { get: () => this.draft }) as unknown as Drafts;
    const shared = (this.shared = new SharedText(this.server, drafts, content, () => this.may));
    const editor = {
      state: EditorState.create({ doc: shared.start, extensions: [shared.extension, history()] }),
      dispatch(transactions: readonly Transaction[]) {
        for (const one of transactions) editor.state = one.state;
        const local = transactions.some((one) => one.docChanged && one.annotation(REMOTE) !== true);
        if (local) shared["typed"]();
      },
    };
    this.editor = editor;
    shared.attach(editor);
  }

  get text() {
    return this.editor.state.doc.toString();
  }

  type(from: number, to: number, insert: string) {
    this.editor.dispatch([this.editor.state.update({ changes: { from, to, insert } })]);
  }
}

const { Transaction: Transactions } = await import("@codemirror/state");
const REMOTE = Transactions.remote;
const later = (time = 1_000) => vi.advanceTimersByTimeAsync(time);

it("sends what is typed together, and calls it saved when it is", async () => {
  const room = new Room("");
  const typist = new Typist(room, room.content);
  for (let key = 0; key < 100; key += 1) {
    typist.type(key, key, "k");
    await later(80);
  }
  expect(["saving", "typing"]).toContain(typist.shared.state);
  await later();
  expect(typist.shared.state).toBe("saved");
  expect(room.text).toBe("k".repeat(100));
  expect(room.bytes / 100).toBeLessThan(40);
});

it("comes to one text whatever the line does, with nothing lost and nothing twice", async () => {
  for (let seed = 1; seed <= 30; seed += 1) {
    const below = random(seed);
    const room = new Room("one\ntwo\nthree");
    const typists = [0, 1, 2].map(() => new Typist(room, room.content));
    room.fails = () => (["request", "answer", undefined, undefined, undefined] as const)[below(5)];
    const marks: string[] = [];
    for (let step = 0; step < 120; step += 1) {
      const typist = typists[below(3)]!;
      const at = below(typist.editor.state.doc.length + 1);
      if (below(4) > 0) {
        const mark = `<${seed}.${step}>`;
        marks.push(mark);
        typist.type(at, at, mark);
      } else {
        // What nobody typed in this test: a letter of the beginning.
        const found = typist.text.indexOf("e");
        if (found >= 0) typist.type(found, found + 1, "\n");
      }
      if (below(3) === 0) await later(below(600));
      // Some events come in time, others do not.
      const one = typists[below(3)]!;
      if (below(2) === 0) one.shared.heard(7, { from: Math.max(1, room.version - 2), to: room.version, edits: room.log.slice(-2) });
      else one.shared.seen(room.content);
    }
    room.fails = () => undefined;
    for (let round = 0; round < 4; round += 1) {
      await later(10_000);
      for (const { shared } of typists) shared.seen(room.content);
    }
    for (const { text, shared } of typists) {
      expect(text).toBe(room.text);
      expect(shared.state).toBe("saved");
    }
    const letters = [...room.text].filter((letter) => letter !== "\n").length;
    expect(letters).toBeLessThanOrEqual("onetwothree".length + marks.join("").length);
    for (const mark of marks) expect([...room.text].filter((one) => one === "<").length, mark).toBe(marks.length);
  }
});

it("undoes one's own only", async () => {
  const room = new Room("middle");
  const [anna, ben] = [new Typist(room, room.content), new Typist(room, room.content)];
  anna.type(0, 0, "Anna ");
  await later();
  ben.shared.seen(room.content);
  await later();
  ben.type(ben.text.length, ben.text.length, " Ben");
  await later();
  anna.shared.seen(room.content);
  await later();
  undo({ state: anna.editor.state, dispatch: (transaction) => anna.editor.dispatch([transaction]) });
  await later();
  expect(room.text).toBe("middle Ben");
});

it("changes only the lines that are others where all are replaced", async () => {
  const room = new Room("Monday\n\nAnna: pizza\n");
  const [anna, ben] = [new Typist(room, room.content), new Typist(room, room.content)];
  const all = (typist: Typist, insert: string) => {
    const { state } = typist.editor;
    typist.editor.dispatch([state.update({ changes: { from: 0, to: state.doc.length, insert }, userEvent: "input.paste" })]);
  };
  all(anna, "Tuesday\n\nAnna: pizza\n");
  all(ben, "Monday\n\nAnna: pizza\nBen: pasta\n");
  await later(2_000);
  anna.shared.seen(room.content);
  await later();
  for (const text of [room.text, anna.text, ben.text]) expect(text).toBe("Tuesday\n\nAnna: pizza\nBen: pasta\n");
});

it("keeps what the server refuses, and sends it when it may", async () => {
  const room = new Room("base");
  const typist = new Typist(room, room.content);
  typist.may = false;
  typist.type(4, 4, " and more");
  await later(2_000);
  expect(typist.shared.state).toBe("refused");
  expect(typist.draft?.text).toBe("base and more");
  typist.may = true;
  typist.shared.permitted();
  typist.shared.retry();
  await later();
  expect(room.text).toBe("base and more");
  expect(typist.draft).toBeUndefined();
});

it("finds in a new page what had arrived unheard, and sends the rest", async () => {
  const room = new Room("");
  const typist = new Typist(room, room.content);
  room.fails = () => "answer";
  typist.type(0, 0, "first");
  await later(300);
  room.fails = () => "request";
  typist.type(5, 5, " second");
  await later(5_000);
  expect(room.text).toBe("first");
  room.fails = () => undefined;
  await typist.shared.close();
  // The page that was closed may have sent it after all.
  typist.open(room.content);
  await later();
  expect([room.text, typist.text, typist.draft]).toEqual(["first second", "first second", undefined]);
});

it("merges by lines where the edits since are gone, and asks where both changed the same", async () => {
  const room = new Room("a\nb\nc");
  const typist = new Typist(room, room.content);
  room.fails = () => "request";
  typist.type(0, 1, "mine");
  await later();
  room.change("x", [4, [1, "theirs"]]);
  room.kept = room.version;
  room.fails = () => undefined;
  await later(5_000);
  expect([room.text, typist.text]).toEqual(["mine\nb\ntheirs", "mine\nb\ntheirs"]);

  room.fails = () => "request";
  typist.type(0, 4, "again mine");
  await later();
  room.change("x", [[4, "others"], room.text.length - 4]);
  room.kept = room.version;
  room.fails = () => undefined;
  await later(5_000);
  expect(typist.shared.state).toBe("conflict");
  expect(typist.draft?.text).toBe("again mine\nb\ntheirs");
  typist.shared.resolve("both\nb\ntheirs");
  await later();
  expect([room.text, typist.text, typist.shared.state]).toEqual(["both\nb\ntheirs", "both\nb\ntheirs", "saved"]);
});

it("makes a note that is not there, and loses nothing where two do so at once", async () => {
  const older = new Room("");
  const removed: number[] = [];
  const made: string[] = [];
  const server: TextServer = {
    edit: (id, body) => older.edit(id, body),
    since: (id, version) => (id === 7 ? older.since(id, version) : Promise.resolve({ from: version, to: version, edits: [] })),
    read: (id) => older.read(id),
    make: async (text) => {
      made.push(text);
      return { ...older.content, id: 8, version: 1, text };
    },
    unmake: async (id) => void removed.push(id),
  };
  const typist = new Typist(server, undefined);
  typist.type(0, 0, "second");
  await later(300);
  expect(made).toEqual(["second"]);
  older.text = "first";
  typist.shared.seen(older.content);
  await later();
  expect([older.text, typist.text, removed]).toEqual(["first\nsecond", "first\nsecond", [8]]);
});
