/** How what was typed stands: on the server; about to go; on its way; until the server answers; changed by two in the same
 * place; refused. */
export type SharedState = "saved" | "typing" | "saving" | "waiting" | "conflict" | "refused";
