/** Values as people read them. */

import type { Column, Value } from "./column";

const two = (number: number): string => String(number).padStart(2, "0");

/** Return the text of a value; empty where there is none. */
export function formatValue(form: Column["form"], value: Value): string {
  if (value === null) return "";
  if (typeof value !== "number") return String(value);
  if (form === "moment") return formatMoment(value);
  return form === "duration" ? formatDuration(value) : formatNumber(value);
}

/** Return a number with at most six digits that count. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  const short = Number(value.toPrecision(6));
  const text = String(short);
  return (text.length > 10 ? short.toExponential() : text).replace("e+", "e");
}

/** Return local time to the second. */
export function formatMoment(ms: number): string {
  const at = new Date(ms);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** Return `0.01 s`, `1.3 s`, `2:05` or `1:02:05`. */
export function formatDuration(seconds: number): string {
  if (seconds < 59.95) return `${seconds < 0.1 ? seconds.toFixed(2) : seconds.toFixed(1)} s`;
  const whole = Math.max(60, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

