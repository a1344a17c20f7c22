/** A curve as small as a line of text. */

import type { Curve } from "../runs/curve";

export interface Size {
  width: number;
  height: number;
  margin: number;
}

const SIZE: Size = { width: 90, height: 18, margin: 2 };

export function Sparkline({ curve }: { curve: Curve | null }) {
  const points = curve === null ? "" : placeLine(curve, SIZE);
  if (!points) return null;
  const last = curve!.values[curve!.values.length - 1]!;
  return (
    <svg class="sparkline" width={SIZE.width} height={SIZE.height} role="img" aria-label={`curve that ends at ${last.toPrecision(3)}`}>
      <polyline points={points} />
    </svg>
  );
}

/** Return the points of the line; empty where there is no line. */
export function placeLine({ steps, values }: Curve, { width, height, margin }: Size): string {
  const rows = [...values.keys()].filter((row) => Number.isFinite(values[row]!));
  if (rows.length < 2) return "";
  const [least, greatest] = ends(rows.map((row) => values[row]!));
  const isStepped = rows.some((row) => steps[row] !== steps[rows[0]!]);
  const stepOf = (row: number) => (isStepped ? steps[row]! : row);
  const [first, last] = ends(rows.map(stepOf));
  const x = (step: number) => margin + ((step - first) / (last - first)) * (width - 2 * margin);
  const y = (value: number) => height - margin - ((value - least) / (greatest - least || 1)) * (height - 2 * margin);
  return rows.map((row) => `${x(stepOf(row)).toFixed(1)},${y(values[row]!).toFixed(1)}`).join(" ");
}

function ends(numbers: number[]): [number, number] {
  return [Math.min(...numbers), Math.max(...numbers)];
}
