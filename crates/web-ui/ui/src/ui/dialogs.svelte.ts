import type { Component } from "svelte";

import { t } from "../i18n/index.svelte";
import { toasts } from "./toasts.svelte";

/** Fetches a dialog, which calls `onclose` when it is closed. */
type Load<Props> = () => Promise<{ default: Component<Props & { onclose: () => void }> }>;

interface Shown {
  // What it is given was checked when it was opened.
  loading: Promise<Component<any>>;
  given: object;
}

/** The dialog that is open: one at a time, apart from the places that open it, which come and go. */
class Dialogs {
  shown = $state.raw<Shown | undefined>();

  /** Opens a dialog with what it is about. It is fetched when it is first needed. */
  open<Props extends object>(load: Load<Props>, given: Props): void {
    const loading = load().then((module) => module.default);
    const shown = { loading, given };
    this.shown = shown;
    loading.catch(() => {
      toasts.problem(t("error.network"));
      if (this.shown === shown) this.close();
    });
  }

  close = (): void => {
    this.shown = undefined;
  };
}

export const dialogs = new Dialogs();
