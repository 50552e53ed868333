export const note = {
  "note.title": "Note",
  "note.placeholder": "Type here. Everybody in the room sees it, and it is saved by itself.",
  "note.saved": "Saved",
  "note.typing": "Not saved yet",
  "note.saving": "Saving…",
  "note.waiting": "The server does not answer; saved as soon as it does",
  "note.conflict": "Changed by two people",
  "note.refused": "Not saved",
  "note.long": "Not saved: a note has 1 MiB at most.",
  "note.conflict.text": "Somebody else changed the same lines while you were typing. Nothing is lost: choose what is to stay.",
  "note.conflict.compare": "Compare",
} as const;
