import type { components } from "../../openapi";

/** Why the server did not do what was asked. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details?: Record<string, unknown>,
    /** Seconds after which the server wants to be asked again. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }

  static async of(response: Response, body?: unknown): Promise<Problem> {
    const parsed = (body ?? (await response.json().catch(() => null))) as Partial<components["schemas"]["Problem"]> | null;
    const code = typeof parsed?.code === "string" ? parsed.code : "unknown";
    const wait = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
    return new Problem(
      response.status,
      code,
      parsed?.error ?? response.statusText,
      (parsed?.details as Record<string, unknown> | undefined) ?? undefined,
      Number.isNaN(wait) ? undefined : wait,
    );
  }
}

/** The server did not answer at all. */
export class Unreachable extends Error {}
