// What the page of a ticket does where scripts run. It says the same without.

// Times, in the reader's own zone. The page itself says them in UTC.
for (const time of document.querySelectorAll("time")) {
  time.title = time.textContent;
  const style = { dateStyle: "long", timeStyle: "short" };
  time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, style).format(new Date(time.dateTime));
}

// The page stays while a file is downloaded: after the last use there is nothing more to press.
const button = document.querySelector("a[data-left]");
let left = Number(button?.dataset.left);
button?.addEventListener("click", () => {
  left -= 1;
  if (left > 0) return;
  button.hidden = true;
  document.querySelector("[role=status]").hidden = false;
});
