/** The lines of parallel coordinates on a canvas: 10,000s of them, drawn a few milliseconds at a time. */

import type { Scale } from "./axis_scale";
import { colourAt } from "./palette";

export const HEIGHT = 240;
const [BEFORE, BEHIND, LEAST_BETWEEN] = [58, 26, 66];
/** Between the ends of an axis and those of the canvas. */
export const MARGIN = 14;
const [MANY, FEW] = [5_000, 200];
const DOT = 2.5;
/** So many lines are drawn at once at first; then more, or fewer, as the time of a frame allows. */
const AT_ONCE = 500;
const [FAST_MS, SLOW_MS] = [24, 40];
const PART = 0.618;

/** Return the width of a picture with so many axes, in a place of a width. */
export function widthOf(count: number, room: number): number {
  return Math.max(room, BEFORE + BEHIND + (count - 1) * LEAST_BETWEEN);
}

/** Return where an axis stands, in pixels. */
export function acrossOf(index: number, count: number, width: number): number {
  return BEFORE + (index * (width - BEFORE - BEHIND)) / Math.max(1, count - 1);
}

/** Return how far from the top of the canvas a place of an axis is, in pixels. */
export function downOf(place: number): number {
  return MARGIN + (1 - place) * (HEIGHT - 2 * MARGIN);
}

/** Return the place of an axis that is so far from the top, from 0 to 1. */
export function placeAt(down: number): number {
  return Math.min(1, Math.max(0, 1 - (down - MARGIN) / (HEIGHT - 2 * MARGIN)));
}

/** Return the run whose line is nearest to a point, and not farther away than `most` pixels; -1 if there is none. */
export function nearestLine(scales: readonly Scale[], runs: Iterable<number>, width: number, x: number, y: number, most: number): number {
  const across = scales.map((_, index) => acrossOf(index, scales.length, width));
  const right = across.findIndex((each) => each >= x);
  if (right < 1) return -1;
  const [from, to] = [scales[right - 1]!.places, scales[right]!.places];
  const part = (x - across[right - 1]!) / (across[right]! - across[right - 1]!);
  let [found, least] = [-1, most];
  for (const run of runs) {
    const distance = Math.abs(downOf(from[run]! + part * (to[run]! - from[run]!)) - y);
    if (distance <= least) [found, least] = [run, distance];
  }
  return found;
}

export interface Look {
  width: number;
  lineWidth: number;
  /** One colour for all lines; null for that of the place on the last axis. */
  colour: string | null;
}

/** Draws on one canvas; what it is told later takes the place of what it is at. */
export class LinePainter {
  private frame = 0;

  constructor(private readonly canvas: HTMLCanvasElement) {}

  stop(): void {
    cancelAnimationFrame(this.frame);
  }

  paint(scales: readonly Scale[], runs: readonly number[], look: Look): void {
    this.stop();
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(look.width * ratio);
    this.canvas.height = Math.round(HEIGHT * ratio);
    const context = this.canvas.getContext("2d");
    if (context === null || scales.length < 2) return;
    context.scale(ratio, ratio);
    context.globalAlpha = alphaOf(runs.length);
    context.lineWidth = runs.length > AT_ONCE ? 1 / ratio : look.lineWidth; // one pixel is drawn three times as fast
    const across = scales.map((_, index) => acrossOf(index, scales.length, look.width));
    const ends = scales.at(-1)!.places;
    const ordered = mix(runs);
    let [next, count, before] = [0, AT_ONCE, performance.now()];
    const go = () => {
      for (const run of ordered.slice(next, next + count)) {
        context.strokeStyle = context.fillStyle = look.colour ?? colourAt(ends[run]!);
        trace(context, scales, across, run);
      }
      next += count;
      if (next < ordered.length) this.frame = requestAnimationFrame(goOn);
    };
    const goOn = (now: number) => {
      const took = now - before;
      before = now;
      count = Math.max(AT_ONCE / 10, Math.round(count * (took < FAST_MS ? 1.5 : took > SLOW_MS ? 0.6 : 1)));
      go();
    };
    go();
  }
}

/** Return runs in such an order that each part of them is like the whole; few stay as they are, the newest on top. */
export function mix(runs: readonly number[]): readonly number[] {
  const count = runs.length;
  if (count <= AT_ONCE) return runs.toReversed();
  let step = Math.round(count * PART);
  while (divisor(step, count) > 1) step++;
  return runs.map((_, place) => runs[(place * step) % count]!);
}

function divisor(one: number, other: number): number {
  return other === 0 ? one : divisor(other, one % other);
}

/** Draw a line; it has a gap where the run has no value, and a dot where it has none on both sides. */
function trace(context: CanvasRenderingContext2D, scales: readonly Scale[], across: readonly number[], run: number): void {
  const has = (index: number) => !Number.isNaN(scales[index]?.places[run] ?? NaN);
  context.beginPath();
  for (let index = 0; index < scales.length; index++) {
    if (!has(index)) continue;
    const [x, y] = [across[index]!, downOf(scales[index]!.places[run]!)];
    if (has(index - 1)) context.lineTo(x, y);
    else if (has(index + 1)) context.moveTo(x, y);
    else context.fillRect(x - DOT / 2, y - DOT / 2, DOT, DOT);
  }
  context.stroke();
}

/** The more lines there are, the more is seen through each. */
export function alphaOf(count: number): number {
  if (count <= FEW) return 0.85;
  return Math.max(0.2, 0.85 - 0.65 * (Math.log(count / FEW) / Math.log(MANY / FEW)));
}
