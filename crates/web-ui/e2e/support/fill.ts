import type { Person } from "./browser";

/** Adds many texts by the page's own token, so many at once; one after the other they stand in their order. */
export async function fill(person: Person, room: string, count: number, name: (at: number) => string, atOnce = 1): Promise<void> {
  await person.page.evaluate(
    async ({ room, names, atOnce }) => {
      const known = JSON.parse(localStorage.getItem("elizabeth:rooms") ?? "{}") as Record<string, { token: string }>;
      const headers = { Authorization: `Bearer ${known[room]?.token}`, "Content-Type": "application/json" };
      const left = [...names];
      const work = async () => {
        for (let file_name = left.shift(); file_name !== undefined; file_name = left.shift()) {
          const body = JSON.stringify({ text: `This is ${file_name}.`, file_name });
          const answer = await fetch(`api/v1/rooms/${room}/texts`, { method: "POST", headers, body });
          if (!answer.ok) throw new Error(await answer.text());
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
    },
    { room, names: Array.from({ length: count }, (_, at) => name(at)), atOnce },
  );
}
