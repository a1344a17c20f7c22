/** Slices of a search: a panel for each flag, with the number of each trial by the value of that flag. */

import { useMemo } from "preact/hooks";
import { makeScale, type Scale } from "./axis_scale";
import type { CompareModel } from "./compare_model";
import { DotPlot } from "./dot_plot";
import { ORANGE, type Dot } from "./dots";
import { AxesMenu, tellAxes } from "./axes_menu";
import { colourAt, GRADIENT, type PageColours } from "./palette";
import { roundTicks } from "./round_ticks";
import { describeTrial, ObjectivePicker, whyNoTrials } from "./search_tools";
import { countTrials, type Trials } from "./trials";

interface Props {
  model: CompareModel;
  colours: PageColours;
  onPick: (run: string) => void;
}

const HEIGHT = 200;
const [TICKS_UP, TICKS_ACROSS] = [5, 4];

export function SliceView({ model, colours, onPick }: Props) {
  const { trials } = model.search;
  const { hovered } = model.state;
  const flags = model.scales.filter((scale) => scale.key !== model.end?.key);
  const why = whyNoTrials(model) ?? (flags.length ? null : "The runs that are shown differ in no flag.");
  const told = why !== null ? "" : hovered === null ? tellAxes(model, `${trials!.objective.name} by the value of each flag`) : describeTrial(model, trials!, hovered);
  return (
    <section class="slices" aria-label="Slice">
      <div class="section-head">
        <h3>Slice</h3>
        <span class="hint">{told}</span>
        <div class="section-tools">
          <ObjectivePicker model={model} />
          <AxesMenu model={model} title="Flags" />
        </div>
      </div>
      {why !== null ? <p class="nothing">{why}</p> : <Panels {...{ model, colours, onPick, flags }} trials={trials!} />}
    </section>
  );
}

interface PanelsProps extends Props {
  trials: Trials;
  flags: readonly Scale[];
}

function Panels({ model, colours, onPick, flags, trials }: PanelsProps) {
  const { runs, shown } = model.table.state;
  const places = useMemo(() => new Map(Array.from(shown, (row, place) => [runs.names[row]!, place])), [runs, shown]);
  const scale = useMemo(() => scaleOf(trials), [trials]);
  const up = useMemo(() => ({ ticks: roundTicks(scale, TICKS_UP) }), [scale]);
  return (
    <>
      <div class="slice-panels">
        {flags.map((flag) => (
          <Panel key={flag.key} {...{ model, colours, onPick, flag, trials, places, scale, up }} />
        ))}
      </div>
      <div class="colour-bar">
        <span>
          {trials.batch === null ? "run" : "trial"} {trials.all[0]!.number}
        </span>
        <span class="gradient" aria-hidden="true" style={{ background: GRADIENT }} />
        <span>{trials.all.at(-1)!.number}</span>
      </div>
    </>
  );
}

interface PanelProps extends Props {
  flag: Scale;
  trials: Trials;
  /** The place of each run among those that are shown. */
  places: ReadonlyMap<string, number>;
  /** That of the numbers. */
  scale: Scale;
  up: { ticks: ReturnType<typeof roundTicks> };
}

function Panel({ model, colours, onPick, flag, trials, places, scale, up }: PanelProps) {
  const dots = useMemo(() => dotsOf(trials, scale, (run) => flag.places[places.get(run) ?? -1] ?? NaN), [trials, scale, flag, places]);
  const across = useMemo(() => (flag.words === null ? { ticks: roundTicks(flag, TICKS_ACROSS) } : { ticks: flag.ticks, isWords: true }), [flag]);
  return (
    <figure class="slice">
      <figcaption title={flag.heading}>
        {flag.heading}
        {flag.isLog && <small> log</small>}
      </figcaption>
      <DotPlot {...{ model, colours, onPick, across, up, dots }} height={HEIGHT} label={describe(trials, flag, dots.length)} />
    </figure>
  );
}

function scaleOf({ rated, objective }: Trials): Scale {
  return makeScale({ key: "", heading: objective.name, group: "scalar" }, rated.map(({ value }) => value));
}

/** Return the dots of the trials that are compared; the colour tells how late a trial came. */
export function dotsOf({ all, rated, best }: Trials, scale: Scale, placeOf: (run: string) => number): Dot[] {
  const [first, last] = [all[0]!.number, all.at(-1)!.number];
  return rated.flatMap(({ run, number }, place) => {
    const across = placeOf(run);
    if (Number.isNaN(across)) return [];
    const colour = colourAt((number - first) / Math.max(1, last - first));
    const sign = run === best?.run ? { sign: "star" as const, colour: ORANGE } : { sign: "dot" as const, colour };
    return [{ run, across, up: scale.places[place]!, ...sign }];
  });
}

function describe(trials: Trials, flag: Scale, count: number): string {
  return `Slice of ${trials.objective.name} by ${flag.heading}${flag.isLog ? ", logarithmic" : ""}: ${count.toLocaleString()} of ${countTrials(trials)}`;
}
