/** A picture of dots between two axes; the run below the pointer, and those that are selected, stand out. */

import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Tick } from "./axis_scale";
import type { CompareModel } from "./compare_model";
import { nearestDot, paint, pixelsAcross, pixelsDown, type Dot, type Place, type Steps } from "./dots";
import type { PageColours } from "./palette";
import { useWidth } from "./use_width";

export interface DotAxis {
  ticks: readonly Tick[];
  /** Whether ticks are words, which may be long. */
  isWords?: boolean;
}

interface Props {
  model: CompareModel;
  colours: PageColours;
  onPick: (run: string) => void;
  label: string;
  across: DotAxis;
  up: DotAxis;
  dots: readonly Dot[];
  line?: Steps | null;
  height: number;
}

const [PER_CHARACTER, BESIDE_TEXT, LEAST_WIDTH] = [6.4, 10, 80];
const NEAR = 14;
const NONE: readonly Dot[] = [];

export function DotPlot({ model, colours, onPick, label, across, up, dots, line = null, height }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const left = BESIDE_TEXT + PER_CHARACTER * Math.max(0, ...up.ticks.map((tick) => tick.text.length));
  const width = Math.max(LEAST_WIDTH, useWidth(box) - left);
  const hasBottom = dots.some((dot) => Number.isNaN(dot.up));
  const place = useMemo((): Place => ({ width, height, hasBottom }), [width, height, hasBottom]);
  const { selected } = model.table.state;
  const { hovered } = model.state;
  const chosen = useMemo(() => (selected.size ? dots.filter((dot) => selected.has(dot.run)) : NONE), [dots, selected]);
  const pointed = useMemo(() => (hovered === null ? NONE : dots.filter((dot) => dot.run === hovered)), [dots, hovered]);
  const find = (event: MouseEvent): string | null => {
    const { left, top } = box.current!.querySelector("canvas")!.getBoundingClientRect();
    return nearestDot(dots, place, event.clientX - left, event.clientY - top, NEAR)?.run ?? null;
  };
  const onClick = (event: MouseEvent) => {
    const run = find(event);
    if (run !== null) onPick(run);
  };
  return (
    <div
      ref={box}
      class="dot-plot"
      role="img"
      aria-label={label}
      onPointerMove={(event) => model.setHovered(find(event))}
      onPointerLeave={() => model.setHovered(null)}
      onClick={onClick}
    >
      <div class="dot-room" style={{ marginLeft: `${left}px`, width: `${width}px`, height: `${height}px` }}>
        {up.ticks.map(({ place: at, text }) => (
          <span key={at} class="grid-line" style={{ top: `${pixelsDown(at, place)}px` }}>
            <span class="tick-up" style={{ width: `${left - 6}px` }}>
              {text}
            </span>
          </span>
        ))}
        <Layer {...{ place, line }} dots={dots} isDim={chosen !== NONE} />
        <Layer place={place} dots={chosen} />
        <Layer place={place} dots={pointed} ring={colours.ink} />
        {across.ticks.map(({ place: at, text }) => (
          <span
            key={at}
            class="tick-across"
            title={text}
            style={{ left: `${pixelsAcross(at, place)}px`, ...(across.isWords ? { maxWidth: `${width / across.ticks.length - 4}px` } : {}) }}
          >
            {text}
          </span>
        ))}
      </div>
    </div>
  );
}

interface LayerProps {
  place: Place;
  dots: readonly Dot[];
  line?: Steps | null;
  /** The colour of a ring around each; null for none. */
  ring?: string | null;
  isDim?: boolean;
}

function Layer({ place, dots, line = null, ring = null, isDim = false }: LayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => paint(canvas.current!, place, dots, line, ring), [place, dots, line, ring]);
  return <canvas ref={canvas} class={isDim ? "dim" : ""} style={{ width: `${place.width}px`, height: `${place.height}px` }} />;
}
