/** How wide columns are: as wide as their values, within limits, unless a person has drawn them wider. */

import { isCurveKey } from "../runs/column_keys";
import { formatValue } from "../runs/format";
import type { Runs } from "../runs/runs";
import { shownLabelOf } from "../runs/shown_label";
import type { ColumnHeader } from "../source/runs_source";

export const [LEAST_WIDTH, MOST_WIDTH] = [48, 900];
const [LEAST_USUAL, MOST_LABEL, MOST_TEXT] = [56, 280, 220];
/** Of a cell: its padding, and some pixels by which a browser may round a text up. */
const PADDING = 16 + 3;
const [SORT_SIGN, TAG_PADDING] = [14, 14];
const [LABEL, STATUS] = ["run::label", "run::status"];
const CURVE_WIDTH = 108;
const [RUN_WIDTH, BADGE_WIDTH] = [16 + 3, 46];
/** So many rows, from all parts of a table, are looked at. */
const SAMPLED = 60;
/** Of a column so many texts are measured: a browser keeps what it has measured, 0.7 MiB for 60 texts of each column. */
const MEASURED = 8;

/** Measures texts in the fonts of an element that is on a page. */
export class Measure {
  private readonly context = document.createElement("canvas").getContext("2d")!;
  private readonly fonts: Record<"plain" | "head" | "code", string>;

  constructor(box: HTMLElement) {
    const { fontSize, fontFamily } = getComputedStyle(box);
    const code = getComputedStyle(box).getPropertyValue("--jp-code-font-family") || "monospace";
    this.fonts = { plain: `${fontSize} ${fontFamily}`, head: `600 ${fontSize} ${fontFamily}`, code: `${fontSize} ${code}` };
  }

  width(text: string, style: "plain" | "head" | "code"): number {
    this.context.font = this.fonts[style];
    return this.context.measureText(text).width;
  }
}

/** Return the usual width of a column. */
export function usualWidth(runs: Runs, header: ColumnHeader, measure: Measure): number {
  const head = measure.width(header.heading, "head") + SORT_SIGN;
  if (isCurveKey(header.key)) return Math.round(Math.max(CURVE_WIDTH, Math.min(MOST_TEXT, head + PADDING)));
  const texts = longestOf(sampledRows(runs.count).map(shownIn(runs, header.key)));
  const sign = header.key === STATUS ? measure.width("m ", "head") : 0;
  const widest = Math.max(0, ...texts.map(({ text, tags }) => sign + tags * TAG_PADDING + measure.width(text, "plain")));
  const most = header.key === LABEL ? MOST_LABEL : MOST_TEXT;
  return Math.round(Math.max(LEAST_USUAL, Math.min(most, Math.max(head, widest) + PADDING)));
}

interface ShownText {
  text: string;
  tags: number;
}

/** Return what shows the value of a row of a column. */
function shownIn(runs: Runs, key: string): (row: number) => ShownText {
  const form = runs.column(key)?.form ?? "value";
  if (key !== LABEL) return (row) => ({ text: formatValue(form, runs.value(key, row)), tags: 0 });
  return (row) => {
    const { tags, own, flags } = shownLabelOf(runs, row);
    return { text: [...tags, own, flags].join(" "), tags: tags.length };
  };
}

/** Return the texts with the most characters, among which the widest one is. */
function longestOf(texts: ShownText[]): ShownText[] {
  return texts.sort((one, other) => other.text.length - one.text.length).slice(0, MEASURED);
}

/** Return the width of the column with the names of runs, which have up to two badges. */
export function runWidth(runs: Runs, badges: number, measure: Measure): number {
  const longest = sampledRows(runs.count).reduce((text, row) => (runs.names[row]!.length > text.length ? runs.names[row]! : text), "00000000");
  return Math.round(measure.width(longest, "code") + RUN_WIDTH + Math.max(1, badges) * BADGE_WIDTH);
}

function sampledRows(count: number): number[] {
  const step = Math.max(1, Math.floor(count / SAMPLED));
  return Array.from({ length: Math.min(count, SAMPLED) }, (_, place) => place * step);
}
