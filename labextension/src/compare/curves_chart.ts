/** A picture of learning curves, drawn by uPlot. */

import uPlot from "uplot";
import { formatNumber } from "../runs/format";
import type { Curve } from "../runs/curve";
import { align, logEnds, logTicks, nearestCurve, placesAlone, type Style } from "./curve_lines";
import type { PageColours } from "./palette";

export const HEIGHT = 230;
const [PER_CHARACTER, BESIDE_TEXT, LEAST_WIDTH] = [6.5, 18, 120];
const FONT = "11px system-ui, sans-serif";
const WHOLE_STEPS = [1, 2, 5].flatMap((digit) => Array.from({ length: 12 }, (_, power) => digit * 10 ** power)).sort((one, other) => one - other);
const LOG_TICKS: uPlot.Axis = { splits: (_, __, least, greatest) => logTicks(least, greatest), filter: (_, splits) => splits };
/** A curve that is farther from the pointer is not meant. */
const NEAR = 24;
const [HOVERED_WIDTH, POINT] = [3, 6];
/** A pointer that has moved less across has clicked. */
const DRAG = 4;

/** The first and the last step that are drawn; null for all. */
export type Zoom = readonly [number, number] | null;

export interface ChartOptions {
  styles: readonly Style[];
  isLog: boolean;
  colours: PageColours;
  onHover: (at: Hovered | null) => void;
  onPick: (run: string) => void;
  onZoom: (zoom: Zoom) => void;
}

export interface Hovered {
  run: string;
  step: number;
}

export class CurvesChart {
  private readonly plot: uPlot;
  private curves: readonly (Curve | null)[] = [];
  private hovered: string | null = null;
  private zoom: Zoom = null;
  private isDragged = false;

  /** `width` is that of the place where it is shown. */
  constructor(
    box: HTMLElement,
    width: number,
    private readonly options: ChartOptions,
  ) {
    this.plot = new uPlot({ ...this.layOut(), width: Math.max(LEAST_WIDTH, width), height: HEIGHT }, [[]], box);
    this.plot.over.addEventListener("pointermove", (event) => options.onHover(this.find(event)));
    this.plot.over.addEventListener("pointerleave", () => options.onHover(null));
    this.plot.over.addEventListener("pointerdown", () => (this.isDragged = false));
    this.plot.over.addEventListener("click", (event) => {
      const found = this.isDragged ? null : this.find(event);
      if (found !== null) options.onPick(found.run);
    });
  }

  destroy(): void {
    this.plot.destroy();
  }

  resize(width: number): void {
    this.plot.setSize({ width: Math.max(LEAST_WIDTH, width), height: HEIGHT });
  }

  /** Draw these curves, one for each style; null where there is none. */
  setCurves(curves: readonly (Curve | null)[]): void {
    this.curves = curves;
    this.plot.setData(align(curves, this.options.isLog) as uPlot.AlignedData);
  }

  setZoom(zoom: Zoom): void {
    this.zoom = zoom;
    this.plot.setData(this.plot.data); // has the ends of both scales found anew
  }

  setHovered(run: string | null): void {
    if (run === this.hovered) return;
    this.hovered = run;
    this.options.styles.forEach((style, place) => {
      this.plot.series[place + 1]!.width = style.run === run ? HOVERED_WIDTH : style.width;
    });
    this.plot.redraw(false);
  }

  private takeZoom = (plot: uPlot): void => {
    const { left, width } = plot.select;
    if (!width) return;
    this.isDragged = true;
    this.options.onZoom([plot.posToVal(left, "x"), plot.posToVal(left + width, "x")]);
    plot.setSelect({ ...plot.select, width: 0 }, false);
  };

  private find(event: MouseEvent): Hovered | null {
    const { left, top } = this.plot.over.getBoundingClientRect();
    const step = this.plot.posToVal(event.clientX - left, "x");
    const heightOf = (value: number) => this.plot.valToPos(value, "y");
    const place = nearestCurve(this.curves, step, heightOf, event.clientY - top, NEAR);
    return place === null ? null : { run: this.options.styles[place]!.run, step };
  }

  private layOut(): Omit<uPlot.Options, "width" | "height"> {
    const { styles, isLog, colours, onZoom } = this.options;
    const look = { stroke: colours.faint, font: FONT, labelFont: FONT, ticks: { stroke: colours.line, width: 1 } };
    const grid = { stroke: colours.line, width: 1 };
    return {
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, dist: DRAG, setScale: false, click: () => null },
        bind: { dblclick: () => () => (onZoom(null), null) },
      },
      hooks: { setSelect: [this.takeZoom] },
      scales: {
        x: { time: false, range: (plot, least, greatest) => [...(this.zoom ?? stepEnds(plot.data[0], least, greatest))] },
        y: isLog ? { distr: 3, range: (_, least, greatest) => logEnds(least, greatest) } : {},
      },
      axes: [
        { ...look, grid: { show: false }, incrs: WHOLE_STEPS, values: format, label: "step", labelSize: 16, labelGap: 0, size: 30 },
        {
          ...look,
          ...(isLog ? LOG_TICKS : {}),
          grid,
          values: format,
          size: (_, texts) => BESIDE_TEXT + PER_CHARACTER * longest(texts),
        },
      ],
      series: [{}, ...styles.map((style) => this.seriesOf(style))],
    };
  }

  private seriesOf(style: Style): uPlot.Series {
    return {
      stroke: () => (style.run === this.hovered && style.isFaint ? this.options.colours.ink : style.colour),
      width: style.width,
      points: { show: false, filter: (plot, place) => placesAlone(plot.data[place]!), size: POINT, fill: style.colour },
    };
  }
}

/** Return the ends of the scale of steps; one step alone is in the middle. */
function stepEnds(steps: ArrayLike<number>, least: number, greatest: number): [number, number] {
  return steps.length === 1 ? [steps[0]! - 1, steps[0]! + 1] : [least, greatest];
}

function format(_: uPlot, splits: (number | null)[]): string[] {
  return splits.map((value) => (value === null ? "" : formatNumber(value)));
}

function longest(texts: readonly string[] | null): number {
  return Math.max(0, ...(texts ?? []).map((text) => text?.length ?? 0));
}
