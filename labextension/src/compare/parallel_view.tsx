/** Parallel coordinates: each run is a line across its flags to a scalar; what is brushed is selected in the table. */

import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { formatValue } from "../runs/format";
import { AxesMenu, tellAxes } from "./axes_menu";
import { Axis } from "./axis";
import type { Scale } from "./axis_scale";
import type { CompareModel } from "./compare_model";
import { GRADIENT, type PageColours } from "./palette";
import { HEIGHT, LinePainter, acrossOf, nearestLine, widthOf, type Look } from "./parallel_lines";
import { useWidth } from "./use_width";

const NEAR = 8;
const NONE: readonly number[] = [];

interface Props {
  model: CompareModel;
  colours: PageColours;
  onPick: (run: string) => void;
}

export function ParallelView({ model, colours, onPick }: Props) {
  const { scales, end } = model;
  const { brushes, hovered } = model.state;
  const last = scales.at(-1);
  return (
    <section class="parallel" aria-label="Parallel coordinates">
      <div class="section-head">
        <h3>Parallel coordinates</h3>
        <span class="hint">{hovered === null ? tell(model) : describeRun(model, hovered)}</span>
        <div class="section-tools">
          <label>
            colour by
            <select value={end?.heading ?? ""} disabled={end === null} onChange={(event) => model.chooseEnd(event.currentTarget.value)}>
              {model.columns.scalars.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <button type="button" disabled={!brushes.size} onClick={() => model.clearBrushes()}>
            Clear
          </button>
          <AxesMenu model={model} title="Axes" />
        </div>
      </div>
      {scales.length < 2 ? <p class="nothing">{whyNothing(model)}</p> : <Plot {...{ model, colours, onPick }} />}
      {scales.length >= 2 && last?.key === end?.key && <ColourBar scale={last!} />}
    </section>
  );
}

function Plot({ model, colours, onPick }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const { scales } = model;
  const { runs, shown, selected } = model.table.state;
  const { brushes, hovered } = model.state;
  const width = widthOf(scales.length, useWidth(box));
  const all = useMemo(() => Array.from(shown.keys()), [shown]);
  const chosen = useMemo(() => (selected.size ? all.filter((place) => selected.has(runs.names[shown[place]!]!)) : NONE), [all, selected]);
  const isNarrowed = chosen.length > 0 || brushes.size > 0;
  const pointed = hovered === null ? NONE : [shown.indexOf(runs.rowOf(hovered))].filter((place) => place >= 0);
  const find = (event: MouseEvent): string | null => {
    const { left, top } = box.current!.querySelector("canvas")!.getBoundingClientRect();
    const place = nearestLine(scales, isNarrowed ? chosen : all, width, event.clientX - left, event.clientY - top, NEAR);
    return place < 0 ? null : runs.names[shown[place]!]!;
  };
  const onClick = (event: MouseEvent) => {
    const name = (event.target as HTMLElement).closest(".track") ? null : find(event);
    if (name !== null) onPick(name);
  };
  const room = acrossOf(1, scales.length, width) - acrossOf(0, scales.length, width);
  return (
    <div ref={box} class="plot">
      <div class="inner-plot" style={{ width: `${width}px` }} onPointerMove={(event) => !event.buttons && model.setHovered(find(event))} onPointerLeave={() => model.setHovered(null)} onClick={onClick}>
        <div class="lines" role="img" aria-label={describe(model, chosen.length)}>
          <Lines scales={scales} lines={all} look={{ width, lineWidth: 1.2, colour: null }} isDim={isNarrowed} />
          <Lines scales={scales} lines={chosen} look={{ width, lineWidth: 1.6, colour: null }} />
          <Lines scales={scales} lines={pointed} look={{ width, lineWidth: 2.6, colour: colours.ink }} />
        </div>
        {scales.map((scale, index) => (
          <Axis
            key={scale.key}
            scale={scale}
            brush={brushes.get(scale.key) ?? null}
            across={acrossOf(index, scales.length, width)}
            room={room}
            onBrush={(brush) => model.setBrush(scale.key, brush)}
          />
        ))}
      </div>
    </div>
  );
}

interface LinesProps {
  scales: CompareModel["scales"];
  lines: readonly number[];
  look: Look;
  isDim?: boolean;
}

/** One layer of lines. */
function Lines({ scales, lines, look, isDim = false }: LinesProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<LinePainter | null>(null);
  useLayoutEffect(() => {
    painter.current ??= new LinePainter(canvas.current!);
    painter.current.paint(scales, lines, look);
  }, [scales, lines === NONE ? 0 : lines, look.width, look.colour]);
  useLayoutEffect(() => () => painter.current?.stop(), []);
  return <canvas ref={canvas} class={isDim ? "dim" : ""} style={{ width: `${look.width}px`, height: `${HEIGHT}px` }} />;
}

function ColourBar({ scale: { heading, ticks } }: { scale: Scale }) {
  return (
    <div class="colour-bar">
      <span>
        {heading} {ticks[0]!.text}
      </span>
      <span class="gradient" aria-hidden="true" style={{ background: GRADIENT }} />
      <span>{ticks.at(-1)!.text}</span>
    </div>
  );
}

/** Say why there are not the two axes that are needed at least. */
function whyNothing({ table }: CompareModel): string {
  const { length } = table.state.shown;
  if (length < 2) return length ? "There is one run; lines tell several from each other." : "No runs are shown.";
  return "The runs that are shown differ in no flag, or have no values; two axes are needed at least.";
}

function tell(model: CompareModel): string {
  return model.scales.length < 2 ? "" : tellAxes(model, "drag along an axis to select", "Axes");
}

function describeRun(model: CompareModel, run: string): string {
  const { end } = model;
  const text = end === null ? "" : formatValue("number", model.columns.valueOf(end.key, run));
  return text ? `${model.captionOf(run)}: ${end!.heading} ${text}` : model.captionOf(run);
}

function describe(model: CompareModel, selected: number): string {
  const names = model.scales.map((scale) => scale.heading);
  const count = model.table.state.shown.length;
  const chosen = selected ? `; ${selected.toLocaleString()} of them selected` : "";
  return `Parallel coordinates of ${count.toLocaleString()} ${count === 1 ? "run" : "runs"} over ${names.slice(0, -1).join(", ")} and ${names.at(-1)}${chosen}`;
}
