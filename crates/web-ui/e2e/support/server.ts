import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The real server, on a folder of its own. */
export class Server {
  private constructor(
    readonly url: string,
    private readonly folder: string,
    private readonly child: ChildProcess,
    private readonly options: Record<string, string>,
  ) {}

  static async start(options: Record<string, string> = {}, folder?: string, listen = "127.0.0.1:0"): Promise<Server> {
    const binary = process.env["ELIZABETH_HTTP"];
    if (!binary) throw new Error("ELIZABETH_HTTP has to name the server's program: `cargo xtask page` does");
    const data = folder ?? (await mkdtemp(join(tmpdir(), "elizabeth-e2e-")));
    const child = spawn(binary, ["--listen", listen, "--data-dir", data], {
      env: { ...process.env, ELIZABETH_MIN_FREE_DISK: "0", ELIZABETH_RATE_LIMIT: "off", RUST_LOG: "warn", ...options },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const url = await address(child);
    return new Server(url, data, child, options);
  }

  /** Kills it without a warning, and starts it again on the same data and address. */
  async killAndStart(): Promise<Server> {
    await this.end("SIGKILL");
    return Server.start(this.options, this.folder, new URL(this.url).host);
  }

  async stop(): Promise<void> {
    await this.end("SIGTERM");
    await rm(this.folder, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const ended = once(this.child, "exit");
    this.child.kill(signal);
    await ended;
  }
}

/** The address that a server prints once it listens. */
async function address(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("the server has no output");
  for await (const line of createInterface(child.stdout)) {
    const found = /https?:\/\/[\d.:[\]a-f]+/i.exec(line)?.[0];
    if (found) {
      // What it prints from now on must not fill the pipe.
      child.stdout.resume();
      return found.replace(/\/$/, "");
    }
  }
  throw new Error("the server ended before it listened");
}
