/** Learning curves: a picture for each scalar, and the names of the runs. */

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatNumber } from "../runs/format";
import { Menu } from "../table/menu";
import { MOST_RUNS, MOST_SCALARS, type CompareModel } from "./compare_model";
import { countHidden, smooth, valueAtStep, type Style } from "./curve_lines";
import { CurvesChart, HEIGHT, type Hovered } from "./curves_chart";
import type { PageColours } from "./palette";
import { useWidth } from "./use_width";

interface Props {
  model: CompareModel;
  colours: PageColours;
  onPick: (run: string) => void;
}

export function CurvesView({ model, colours, onPick }: Props) {
  const { runs, of, isSelected } = model.drawn;
  const { scalars } = model;
  const what = isSelected ? "selected" : "shown";
  const isNothingShown = !runs.length && !isSelected;
  return (
    <section class="curves" aria-label="Learning curves">
      <div class="section-head">
        <h3>Learning curves</h3>
        <span class="hint">
          {of > MOST_RUNS ? `the first ${MOST_RUNS} of the ${of.toLocaleString()} runs that are ${what}` : `${of} ${of === 1 ? "run" : "runs"} ${what}`}
        </span>
        <CurveTools model={model} />
      </div>
      {isNothingShown && <p class="nothing">No runs are shown.</p>}
      {!isNothingShown && !scalars.length && <p class="nothing">These runs have reported no scalars.</p>}
      <div class="panels">{!isNothingShown && scalars.map((scalar) => <CurvePanel key={scalar} {...{ model, scalar, colours, onPick }} />)}</div>
      {scalars.length > 0 && runs.length > 0 && <Legend model={model} styles={model.styles} onPick={onPick} />}
    </section>
  );
}

function CurveTools({ model }: { model: CompareModel }) {
  const { isLog, smoothing, zoom } = model.state;
  return (
    <div class="section-tools">
      <label>
        smooth
        <input
          type="range"
          min={0}
          max={0.98}
          step={0.02}
          value={smoothing}
          aria-valuetext={smoothing ? `${Math.round(100 * smoothing)} %` : "not at all"}
          onInput={(event) => model.setSmoothing(Number(event.currentTarget.value))}
        />
      </label>
      <label>
        <input type="checkbox" checked={isLog} onChange={(event) => model.setLog(event.currentTarget.checked)} />
        log scale
      </label>
      <button type="button" disabled={zoom === null} title="Show all steps again; a double click on a picture does, too" onClick={() => model.setZoom(null)}>
        Reset zoom
      </button>
      <Menu title="Scalars">{() => <ScalarsPanel model={model} />}</Menu>
    </div>
  );
}

function ScalarsPanel({ model }: { model: CompareModel }) {
  const [search, setSearch] = useState("");
  const { scalars } = model;
  const others = model.columns.scalars.filter((name) => name.toLowerCase().includes(search.toLowerCase()));
  const toggle = (name: string) => model.chooseScalars(scalars.includes(name) ? scalars.filter((each) => each !== name) : [...scalars, name]);
  return (
    <div>
      <p>At most {MOST_SCALARS} at once.</p>
      <input type="text" aria-label="find a scalar" placeholder="find a scalar" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
      <ul>
        {others.map((name) => (
          <li key={name}>
            <label>
              <input
                type="checkbox"
                checked={scalars.includes(name)}
                disabled={!scalars.includes(name) && scalars.length >= MOST_SCALARS}
                onChange={() => toggle(name)}
              />
              {name}
            </label>
          </li>
        ))}
      </ul>
    </div>
  );
}

function CurvePanel({ model, scalar, colours, onPick }: Props & { scalar: string }) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<CurvesChart | null>(null);
  const [at, setAt] = useState<Hovered | null>(null);
  const width = useWidth(box);
  const { isLog, smoothing, hovered, zoom } = model.state;
  const { styles, curveVersion } = model;
  const known = model.curvesOf(scalar);
  const values = [...known.values()].flatMap((curve) => [...curve.values]);
  const hidden = isLog ? countHidden(values) : 0;
  const isEmpty = known.size === 0 || (hidden > 0 && !values.some((value) => value > 0));
  const config = JSON.stringify([styles, isLog, colours, isEmpty, width > 0]);
  const curves = useMemo(
    () => styles.map(({ run }) => (known.has(run) ? smooth(known.get(run)!, smoothing) : null)),
    [config, smoothing, curveVersion],
  );
  useLayoutEffect(() => {
    if (isEmpty || !width) return undefined;
    const onHover = (found: Hovered | null) => {
      setAt(found);
      model.setHovered(found?.run ?? null);
    };
    chart.current = new CurvesChart(box.current!, width, { styles, isLog, colours, onHover, onPick, onZoom: (found) => model.setZoom(found) });
    chart.current.setZoom(zoom);
    return () => {
      chart.current?.destroy();
      chart.current = null;
    };
  }, [config]);
  useLayoutEffect(() => chart.current?.setCurves(curves), [curves]);
  useLayoutEffect(() => chart.current?.setZoom(zoom), [zoom]);
  useLayoutEffect(() => chart.current?.resize(width), [width]);
  useLayoutEffect(() => chart.current?.setHovered(hovered), [hovered, config]);
  const place = at === null ? -1 : styles.findIndex(({ run }) => run === at.run);
  return (
    <figure class="panel-of-curves">
      <figcaption>
        <span class="scalar" title={scalar}>
          {scalar}
        </span>
        <span class="readout">{at !== null && curves[place] && readOut(model, at, valueAtStep(curves[place], at.step))}</span>
      </figcaption>
      <div ref={box} class="chart" role="img" aria-label={describe(model, scalar)} style={{ height: `${HEIGHT}px` }}>
        {isEmpty && <p class="nothing">{hidden > 0 ? tellHidden(hidden) : whyNothing(model, scalar)}</p>}
      </div>
      {hidden > 0 && !isEmpty && <p class="left-out">{tellHidden(hidden)}</p>}
    </figure>
  );
}

function whyNothing(model: CompareModel, scalar: string): string {
  if (!model.drawn.runs.length) return "No runs are selected.";
  return model.isWaitingFor(scalar) ? "reading curves…" : `None of these runs has reported ${scalar}.`;
}

function tellHidden(count: number): string {
  return count === 1 ? "1 value ≤ 0 is not shown" : `${count.toLocaleString()} values ≤ 0 are not shown`;
}

function readOut(model: CompareModel, { run, step }: Hovered, value: number | null): string {
  const text = value === null ? "" : `, ${formatNumber(Number(value.toPrecision(4)))}`;
  return `${model.captionOf(run)}: step ${Math.round(step)}${text}`;
}

function describe(model: CompareModel, scalar: string): string {
  const known = model.curvesOf(scalar);
  const ends = [...known.values()].map(({ values }) => values.at(-1) ?? NaN).filter(Number.isFinite);
  if (!ends.length) return `Learning curves of ${scalar}: none`;
  const [least, greatest] = [Math.min(...ends), Math.max(...ends)].map((value) => value.toPrecision(3));
  const count = known.size === 1 ? "1 run" : `${known.size} runs`;
  const { zoom } = model.state;
  const steps = zoom === null ? "" : `, steps ${Math.round(zoom[0])} to ${Math.round(zoom[1])}`;
  return `Learning curves of ${scalar}: ${count}, ending between ${least} and ${greatest}${steps}`;
}

function Legend({ model, styles, onPick }: { model: CompareModel; styles: readonly Style[]; onPick: (run: string) => void }) {
  const named = styles.filter((style) => !style.isFaint);
  const rest = styles.length - named.length;
  return (
    <ul class="legend" aria-label="Runs by colour">
      {named.map(({ run, role, colour }) => (
        <li key={run}>
          <button
            type="button"
            title="go to its row"
            onClick={() => onPick(run)}
            onPointerEnter={() => model.setHovered(run)}
            onPointerLeave={() => model.setHovered(null)}
            onFocus={() => model.setHovered(run)}
            onBlur={() => model.setHovered(null)}
          >
            <span class="swatch" style={{ background: colour }} />
            <span class="caption">
              {role !== null && <b>{role}</b>} {model.captionOf(run)}
            </span>
          </button>
        </li>
      ))}
      {rest > 0 && <li class="rest">and {rest} more</li>}
    </ul>
  );
}
