import type { note as en } from "../en/note";

export const note: Record<keyof typeof en, string> = {
  "note.title": "便笺",
  "note.placeholder": "在这里输入。房间里的人都能看到，内容会自动保存。",
  "note.saved": "已保存",
  "note.typing": "尚未保存",
  "note.saving": "正在保存…",
  "note.waiting": "服务器没有回应，恢复后会自动保存",
  "note.conflict": "两个人同时修改了",
  "note.refused": "没有保存",
  "note.long": "没有保存：便笺最多 1 MiB。",
  "note.conflict.text": "你输入时，别人修改了相同的几行。内容都还在，请选择要保留的。",
  "note.conflict.compare": "比较",
};
