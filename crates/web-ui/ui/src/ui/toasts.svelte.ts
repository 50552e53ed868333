export interface Toast {
  id: number;
  text: string;
  kind: "plain" | "problem";
  action?: { label: string; run: () => void };
}

const TIME = 6_000;

/** Short messages at the edge of the page. They are read out, and go by themselves, except problems. */
class Toasts {
  shown = $state<Toast[]>([]);
  private last = 0;

  notify(text: string, action?: Toast["action"]): number {
    return this.show({ text, kind: "plain", action }, TIME);
  }

  problem(text: string, action?: Toast["action"]): number {
    return this.show({ text, kind: "problem", action }, undefined);
  }

  dismiss(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }

  private show(toast: Omit<Toast, "id">, time: number | undefined): number {
    const id = ++this.last;
    this.shown = [...this.shown.filter((other) => other.text !== toast.text), { ...toast, id }];
    if (time) setTimeout(() => this.dismiss(id), time);
    return id;
  }
}

export const toasts = new Toasts();
