/** Dots on a canvas: each is a run, at two places of two axes. */

import { CURVES, INK } from "./palette";

export type Sign = "dot" | "diamond" | "cross" | "star";

export interface Dot {
  run: string;
  /** From 0, on the left, to 1. */
  across: number;
  /** From 0, at the bottom, to 1; NaN where the run has no number that counts, below the others. */
  up: number;
  sign: Sign;
  colour: string;
}

/** Where dots are drawn, in pixels: the room between the ends of the axes is `inset` from the edges. */
export interface Place {
  width: number;
  height: number;
  /** Whether there is room for dots without a number. */
  hasBottom: boolean;
}

export const INSET = 12;
const [BOTTOM, OF_CROSS] = [34, 11];
const [MANY, RADIUS, SMALL_RADIUS, STAR] = [400, 3.6, 2.5, 9];
const POINTS_OF_STAR = 5;
const ALPHA = 0.8;
const RING = 7;
export const BLUE = CURVES[0];
export const ORANGE = CURVES[1];
export const RED = CURVES[3];

export function pixelsAcross(across: number, { width }: Place): number {
  return INSET + across * (width - 2 * INSET);
}

export function pixelsDown(up: number, { height, hasBottom }: Place): number {
  const bottom = hasBottom ? BOTTOM : INSET;
  return Number.isNaN(up) ? height - OF_CROSS : INSET + (1 - up) * (height - INSET - bottom);
}

/** Return the dot that is nearest to a point, and not farther away than `most` pixels. */
export function nearestDot(dots: readonly Dot[], place: Place, x: number, y: number, most: number): Dot | null {
  let [found, least]: [Dot | null, number] = [null, most];
  for (const dot of dots) {
    const distance = Math.hypot(pixelsAcross(dot.across, place) - x, pixelsDown(dot.up, place) - y);
    if (distance <= least) [found, least] = [dot, distance];
  }
  return found;
}

/** A line through points, which goes on at the height of each to the next one. */
export interface Steps {
  points: readonly { across: number; up: number }[];
  colour: string;
}

/** Draw dots, and before them a line, in place of all that is on the canvas. */
export function paint(canvas: HTMLCanvasElement, place: Place, dots: readonly Dot[], line: Steps | null, ring: string | null = null): void {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(place.width * ratio);
  canvas.height = Math.round(place.height * ratio);
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.scale(ratio, ratio);
  if (line !== null) traceSteps(context, place, line);
  const radius = dots.length > MANY ? SMALL_RADIUS : RADIUS;
  for (const dot of dots.toSorted((one, other) => Number(one.sign === "star") - Number(other.sign === "star"))) {
    const [x, y] = [pixelsAcross(dot.across, place), pixelsDown(dot.up, place)];
    drawSign(context, dot.sign, x, y, radius, dot.colour);
    if (ring !== null) drawRing(context, x, y, dot.sign === "star" ? RING + 4 : RING, ring);
  }
}

function traceSteps(context: CanvasRenderingContext2D, place: Place, { points, colour }: Steps): void {
  context.strokeStyle = colour;
  context.lineWidth = 1.6;
  context.beginPath();
  let before: number | null = null;
  for (const { across, up } of points) {
    const [x, y] = [pixelsAcross(across, place), pixelsDown(up, place)];
    if (before === null) context.moveTo(x, y);
    else context.lineTo(x, before);
    context.lineTo(x, y);
    before = y;
  }
  context.stroke();
}

function drawSign(context: CanvasRenderingContext2D, sign: Sign, x: number, y: number, radius: number, colour: string): void {
  context.fillStyle = context.strokeStyle = colour;
  context.globalAlpha = sign === "dot" ? ALPHA : 1;
  context.lineWidth = 1.4;
  context.beginPath();
  if (sign === "dot") context.arc(x, y, radius, 0, 2 * Math.PI);
  else for (const [place, [across, down]] of shapeOf(sign, radius).entries()) trace(context, sign, place, x + across, y + down);
  if (sign === "diamond") context.closePath();
  if (sign === "dot" || sign === "star") context.fill();
  else context.stroke();
}

/** Go on with a shape; a cross is two lines. */
function trace(context: CanvasRenderingContext2D, sign: Sign, place: number, x: number, y: number): void {
  if (place === 0 || (sign === "cross" && place === 2)) context.moveTo(x, y);
  else context.lineTo(x, y);
}

/** Return the points of a shape around its middle. */
export function shapeOf(sign: Exclude<Sign, "dot">, radius: number): [number, number][] {
  if (sign === "diamond") return ([[0, -1], [1, 0], [0, 1], [-1, 0]] as const).map(([x, y]) => [1.3 * radius * x, 1.3 * radius * y]);
  if (sign === "cross") return ([[-1, -1], [1, 1], [-1, 1], [1, -1]] as const).map(([x, y]) => [radius * x, radius * y]);
  return Array.from({ length: 2 * POINTS_OF_STAR }, (_, index) => {
    const [angle, far] = [(index * Math.PI) / POINTS_OF_STAR, index % 2 ? 0.4 * STAR : STAR];
    return [far * Math.sin(angle), -far * Math.cos(angle)];
  });
}

function drawRing(context: CanvasRenderingContext2D, x: number, y: number, radius: number, colour: string): void {
  context.globalAlpha = 1;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}

/** Return how a trial is drawn that has ended so. */
export function signOf(end: "completed" | "pruned" | "failed"): { sign: Sign; colour: string } {
  if (end === "completed") return { sign: "dot", colour: BLUE };
  return end === "pruned" ? { sign: "diamond", colour: INK } : { sign: "cross", colour: RED };
}
