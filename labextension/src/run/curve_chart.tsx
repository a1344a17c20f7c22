/** The curve of one scalar, with its name, its last value and its range. */

import { formatNumber } from "../runs/format";
import { placeLine, type Size } from "../table/sparkline";
import type { NamedCurve } from "./live_run";

const SIZE: Size = { width: 190, height: 56, margin: 4 };

export function CurveChart({ curve }: { curve: NamedCurve }) {
  const points = placeLine(curve, SIZE);
  const [x, y] = points.slice(points.lastIndexOf(" ") + 1).split(",");
  const finite = curve.values.filter(Number.isFinite);
  const range = finite.length > 1 ? `${short(Math.min(...finite))} to ${short(Math.max(...finite))}` : "";
  return (
    <figure class="run-chart">
      <figcaption>
        <span class="name" title={curve.name}>
          {curve.name}
        </span>
        <b>{curve.last}</b>
      </figcaption>
      <svg viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} role="img" aria-label={`${curve.name} is ${curve.last} at step ${curve.lastStep}`}>
        {points && <polyline points={points} />}
        {points && <circle cx={x} cy={y} r="2.5" />}
      </svg>
      <div class="run-range">
        <span>{range}</span>
        {curve.lastStep > 0 && <span>step {curve.lastStep.toLocaleString()}</span>}
      </div>
    </figure>
  );
}

function short(value: number): string {
  return formatNumber(Number(value.toPrecision(3)));
}
