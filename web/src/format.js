// Numbers and times as the viewer writes them: in the page's language and the viewer's own timezone.
import { language, t } from "./language.js";

const made = new Map();

function formatter(kind, options) {
  const key = `${language()} ${kind} ${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, new Intl[kind](language(), options));
  return made.get(key);
}

const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

export const number = (n) => formatter("NumberFormat", { maximumFractionDigits: 0 }).format(n);
export const decimal = (n) => formatter("NumberFormat", { maximumFractionDigits: n < 10 ? 1 : 0 }).format(n);
export const percent = (share) => formatter("NumberFormat", { style: "percent", maximumFractionDigits: 1 }).format(share);
export const hour = (ms) => formatter("DateTimeFormat", clock).format(ms);
export const second = (ms) => formatter("DateTimeFormat", { ...clock, second: "2-digit" }).format(ms);
export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

// The hour alone if it is of today, else with its day.
export function moment(ms) {
  const today = new Date().toDateString() === new Date(ms).toDateString();
  return today ? hour(ms) : formatter("DateTimeFormat", { month: "short", day: "numeric", ...clock }).format(ms);
}

export function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const minutes = Math.round(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (seconds < 60) return t("seconds", { n: seconds });
  if (minutes < 60) return t("minutes", { n: minutes });
  if (hours < 24) return t("hours", { h: hours, m: minutes % 60 });
  return t("days", { d: number(Math.floor(hours / 24)), h: hours % 24 });
}
