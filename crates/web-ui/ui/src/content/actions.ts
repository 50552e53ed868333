import Download from "@lucide/svelte/icons/download";
import ExternalLink from "@lucide/svelte/icons/external-link";
import Eye from "@lucide/svelte/icons/eye";
import Gauge from "@lucide/svelte/icons/gauge";
import Info from "@lucide/svelte/icons/info";
import Languages from "@lucide/svelte/icons/languages";
import Link from "@lucide/svelte/icons/link";
import Pencil from "@lucide/svelte/icons/pencil";
import Pin from "@lucide/svelte/icons/pin";
import PinOff from "@lucide/svelte/icons/pin-off";
import Ticket from "@lucide/svelte/icons/ticket";
import Trash2 from "@lucide/svelte/icons/trash-2";
import type { Component } from "svelte";

import type { Content } from "../api/client";
import type { Key } from "../i18n/index.svelte";
import type { RoomStore } from "../room/room.svelte";
import { dialogs } from "../ui/dialogs.svelte";
import { copyLinkTo } from "./copy-link";
import { mayPin, pin, unpin } from "./pin";

/** What something is done with. */
export interface Subject {
  store: RoomStore;
  content: Content;
  /** Shows it; links open by themselves. */
  onopen?: () => void;
}

interface Action {
  label: Key;
  icon: Component<{ size?: number }>;
  danger?: boolean;
  /** Whether it is offered; without it, always. */
  when?: (subject: Subject) => boolean;
  /** What it fails with is shown. */
  run: (subject: Subject) => unknown;
}

const isLink = ({ content }: Subject) => content.content_type === "url";
const isText = ({ content }: Subject) => content.content_type === "text";
const mayEdit = ({ store }: Subject) => store.mayEdit;

/** Opens a dialog about the content. */
function asks(load: Parameters<typeof dialogs.open<Omit<Subject, "onopen">>>[0]): Action["run"] {
  return ({ store, content }) => dialogs.open(load, { store, content });
}

/** Everything that can be done with one content, in the order of its menu. */
export const ACTIONS: Action[] = [
  { label: "content.open", icon: ExternalLink, when: ({ content }) => !!content.url, run: openLink },
  {
    label: "content.open",
    icon: Eye,
    when: ({ content, onopen }) => !content.url && !!onopen,
    run: ({ onopen }) => onopen?.(),
  },
  {
    label: "content.download",
    icon: Download,
    when: (on) => !isLink(on),
    run: ({ store, content }) => store.reader.download(content),
  },
  { label: "content.link.copy", icon: Link, run: ({ store, content }) => copyLinkTo(store, content) },
  {
    label: "content.link.new",
    icon: Ticket,
    when: (on) => !isLink(on),
    run: asks(() => import("./LinkDialog.svelte")),
  },
  { label: "content.rename", icon: Pencil, when: mayEdit, run: asks(() => import("./RenameDialog.svelte")) },
  { label: "content.limits", icon: Gauge, when: mayEdit, run: asks(() => import("./LimitsDialog.svelte")) },
  {
    label: "content.language",
    icon: Languages,
    when: (on) => mayEdit(on) && isText(on),
    run: asks(() => import("./LanguageDialog.svelte")),
  },
  {
    label: "content.unpin",
    icon: PinOff,
    when: (on) => mayEdit(on) && isText(on) && on.content.pinned,
    run: ({ store, content }) => unpin(store, content),
  },
  {
    label: "content.pin",
    icon: Pin,
    when: ({ store, content }) => mayPin(store, content),
    run: ({ store, content }) => pin(store, content),
  },
  { label: "content.details", icon: Info, run: asks(() => import("./DetailsDialog.svelte")) },
  {
    label: "content.delete",
    icon: Trash2,
    danger: true,
    when: ({ store }) => store.mayDelete,
    run: ({ store, content }) => store.contents.remove([content.id]),
  },
];

function openLink({ content }: Subject): void {
  window.open(content.url ?? undefined, "_blank", "noopener,noreferrer");
}
