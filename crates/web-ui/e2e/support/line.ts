import { createServer as createHttp, request, type IncomingMessage } from "node:http";
import { connect, createServer, type AddressInfo, type Server as NetServer, type Socket } from "node:net";

async function listening(server: NetServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A line to a server that can be cut. */
export class Line {
  url = "";
  /** What is asked like this does not get through: the line breaks instead, so many times. */
  readonly stops = { asked: /$^/, times: 0 };
  /** The answer to what is asked like this does not come: the line breaks instead, so many times. */
  readonly loses = { asked: /$^/, times: 0 };
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: NetServer) {}

  static async to(url: string): Promise<Line> {
    const { hostname, port } = new URL(url);
    const server = createServer((from) => {
      const there = connect(Number(port), hostname);
      let asked = "";
      for (const socket of [from, there]) {
        line.sockets.add(socket);
        socket.on("error", () => undefined);
        socket.once("close", () => {
          line.sockets.delete(socket);
          from.destroy();
          there.destroy();
        });
      }
      from.on("data", (bytes: Buffer) => {
        asked = /^[A-Z]+ \S+/.exec(bytes.toString("latin1"))?.[0] ?? asked;
        if (line.breaks(line.stops, asked)) line.cut();
        else there.write(bytes);
      });
      there.on("data", (bytes: Buffer) => {
        if (line.breaks(line.loses, asked)) line.cut();
        else from.write(bytes);
      });
    });
    const line = new Line(server);
    line.url = await listening(server);
    return line;
  }

  private breaks(what: { asked: RegExp; times: number }, asked: string): boolean {
    if (what.times === 0 || !what.asked.test(asked)) return false;
    what.times -= 1;
    return true;
  }

  /** Everything that is on the way is lost. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async end(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** A proxy in front of a server that takes no body of more than so many bytes: it refuses it as proxies do, or breaks off. */
export async function proxy(url: string, most: number, isPolite: boolean): Promise<{ url: string; end: () => Promise<void> }> {
  const { hostname, port } = new URL(url);
  const server = createHttp((from, to) => {
    if (Number(from.headers["content-length"] ?? 0) > most) {
      if (!isPolite) return void from.socket.destroy();
      // What is sent nevertheless is read, or the answer would be lost with the connection.
      from.resume();
      to.writeHead(413, { "content-type": "text/html" });
      return void to.end("<html><h1>413 Request Entity Too Large</h1></html>");
    }
    const { method, url: path, headers } = from;
    const on = request({ hostname, port, path, method, headers }, (answer: IncomingMessage) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    on.on("error", () => to.destroy());
    to.once("close", () => on.destroy());
    from.pipe(on);
  });
  return {
    url: await listening(server),
    end: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
