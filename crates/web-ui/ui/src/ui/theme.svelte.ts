import { recall, remember } from "../lib/storage";

export type Theme = "system" | "light" | "dark";

const KEY = "elizabeth:theme";

class CurrentTheme {
  current = $state<Theme>("system");

  start(): void {
    this.use(recall<Theme>(KEY, "system"));
  }

  choose(theme: Theme): void {
    remember(KEY, theme);
    this.use(theme);
  }

  private use(theme: Theme): void {
    this.current = theme;
    if (theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
  }
}

export const theme = new CurrentTheme();
