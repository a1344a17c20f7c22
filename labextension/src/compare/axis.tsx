/** One axis of parallel coordinates, on which a range can be brushed: by dragging, or by its two sliders. */

import { useRef } from "preact/hooks";
import { brushBetween, rangeOf, stepOf, textAt, type Brush, type Scale } from "./axis_scale";
import { HEIGHT, downOf, placeAt } from "./parallel_lines";

interface Props {
  scale: Scale;
  brush: Brush | null;
  /** In pixels. */
  across: number;
  room: number;
  onBrush: (brush: Brush | null) => void;
}

type Held = "low" | "high" | "band" | "new";

interface Drag {
  held: Held;
  start: number;
  range: [number, number];
  hasMoved: boolean;
}

/** A pointer that has moved less has clicked. */
const CLICK = 3;
const LARGE = 10;

export function Axis({ scale, brush, across, room, onBrush }: Props) {
  const track = useRef<HTMLDivElement>(null);
  const drag = useRef<Drag | null>(null);
  const range = brush === null ? ([0, 1] as [number, number]) : rangeOf(scale, brush);
  const set = (low: number, high: number) => onBrush(brushBetween(scale, low, high));
  const downIn = (event: PointerEvent) => event.clientY - track.current!.getBoundingClientRect().top;
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const held = ((event.target as HTMLElement).dataset["held"] ?? "new") as Held;
    drag.current = { held, start: downIn(event), range, hasMoved: false };
    track.current!.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent) => {
    if (drag.current === null) return;
    drag.current.hasMoved ||= Math.abs(downIn(event) - drag.current.start) >= CLICK;
    if (drag.current.hasMoved) set(...dragged(drag.current, downIn(event)));
  };
  const onPointerUp = () => {
    const isClick = drag.current !== null && !drag.current.hasMoved && (drag.current.held === "new" || drag.current.held === "band");
    drag.current = null;
    if (isClick && brush !== null) onBrush(null);
  };
  const onKeyDown = (event: KeyboardEvent, end: "low" | "high") => {
    const moved = press(event.key, range, end, stepOf(scale), scale.words === null ? LARGE : 1);
    if (moved === null) return;
    event.preventDefault();
    set(...moved);
  };
  return (
    <div class={`axis${brush === null ? "" : " brushed"}`} role="group" aria-label={scale.isLog ? `${scale.heading}, logarithmic` : scale.heading} style={{ left: `${across}px` }}>
      <span class="axis-name" title={scale.heading} style={{ maxWidth: `${room - 6}px` }}>
        {scale.heading}
        {scale.isLog && <small> log</small>}
      </span>
      <div ref={track} class="track" style={{ height: `${HEIGHT}px` }} onPointerDown={onPointerDown} onPointerMove={onPointerMove} onPointerUp={onPointerUp} onPointerCancel={() => (drag.current = null)}>
        <span class="axis-line" style={{ top: `${downOf(1)}px`, height: `${downOf(0) - downOf(1)}px` }} />
        {brush !== null && <span class="band" data-held="band" style={{ top: `${downOf(range[1])}px`, height: `${downOf(range[0]) - downOf(range[1])}px` }} />}
        {scale.ticks.map((tick) => (
          <span key={tick.place} class="tick" title={tick.text} style={{ top: `${downOf(tick.place)}px`, maxWidth: `${room - 16}px` }}>
            {tick.text}
          </span>
        ))}
        {(["low", "high"] as const).map((end) => {
          const place = range[end === "low" ? 0 : 1];
          const word = end === "low" ? "least" : "greatest";
          return (
            <span
              key={end}
              class={`handle ${end}`}
              data-held={end}
              role="slider"
              tabIndex={0}
              aria-orientation="vertical"
              aria-label={`${word} ${scale.heading}`}
              aria-valuemin={0}
              aria-valuemax={100}
              aria-valuenow={Math.round(100 * place)}
              aria-valuetext={textAt(scale, place, end)}
              title={`${word} ${scale.heading} ${textAt(scale, place, end)}`}
              style={{ top: `${downOf(place)}px` }}
              onKeyDown={(event) => onKeyDown(event, end)}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Return the range of a brush after a pointer has moved. */
function dragged({ held, start, range: [low, high] }: Drag, down: number): [number, number] {
  const place = placeAt(down);
  if (held === "low") return [Math.min(place, high), high];
  if (held === "high") return [low, Math.max(place, low)];
  if (held === "new") return [placeAt(start), place];
  const by = Math.min(1 - high, Math.max(-low, place - placeAt(start)));
  return [low + by, high + by];
}

/** Return the range of a brush after a key; null for a key that does nothing. */
export function press(key: string, [low, high]: [number, number], end: "low" | "high", step: number, large: number): [number, number] | null {
  const by = { ArrowUp: step, ArrowRight: step, ArrowDown: -step, ArrowLeft: -step, PageUp: large * step, PageDown: -large * step, Home: -1, End: 1 }[key];
  if (key === "Escape" || key === "Delete") return [0, 1];
  if (by === undefined) return null;
  if (end === "low") return [Math.min(high, Math.max(0, low + by)), high];
  return [low, Math.max(low, Math.min(1, high + by))];
}
