/** The history of a search: the number of each trial in their order, and the best so far. */

import { useMemo } from "preact/hooks";
import { makeScale, placeOf, type Scale } from "./axis_scale";
import type { CompareModel } from "./compare_model";
import { DotPlot, type DotAxis } from "./dot_plot";
import { ORANGE, shapeOf, signOf, type Dot, type Sign, type Steps } from "./dots";
import type { PageColours } from "./palette";
import { roundTicks } from "./round_ticks";
import { describeObjective, describeTrial, ObjectivePicker, whyNoTrials } from "./search_tools";
import { bestSoFar, countTrials, shortNumber, type Trial, type Trials } from "./trials";

interface Props {
  model: CompareModel;
  colours: PageColours;
  onPick: (run: string) => void;
}

export const HEIGHT = 230;
const [TICKS_UP, TICKS_ACROSS] = [6, 8];

export function HistoryView({ model, colours, onPick }: Props) {
  const { trials } = model.search;
  const { hovered } = model.state;
  const why = whyNoTrials(model);
  const told = trials === null || why !== null ? "" : hovered === null ? describeObjective(trials) : describeTrial(model, trials, hovered);
  return (
    <section class="history" aria-label="History">
      <div class="section-head">
        <h3>History</h3>
        <span class="hint">{told}</span>
        <div class="section-tools">
          <ObjectivePicker model={model} />
        </div>
      </div>
      {why !== null ? <p class="nothing">{why}</p> : <Plot {...{ model, colours, onPick }} trials={trials!} />}
    </section>
  );
}

function Plot({ model, colours, onPick, trials }: Props & { trials: Trials }) {
  const { scale, up, across, dots, line } = useMemo(() => layOut(trials), [trials]);
  const { objective, best } = trials;
  const noun = trials.batch === null ? "run" : "trial";
  return (
    <>
      <p class="axis-title">
        {objective.name}
        {scale.isLog && <small> log</small>}
      </p>
      <DotPlot {...{ model, colours, onPick, up, across, dots, line }} height={HEIGHT} label={describe(trials)} />
      <ul class="signs" aria-label="Signs">
        {(["completed", "pruned", "failed"] as const).map((end) => (
          <Sign key={end} {...signOf(end)} text={end} count={trials.all.filter((each) => each.end === end).length} />
        ))}
        <li>
          <svg width="18" height="12" aria-hidden="true">
            <path d="M1 3h8v6h8" fill="none" stroke={ORANGE} stroke-width="1.6" />
          </svg>
          best so far
        </li>
        <li>
          <button type="button" title="go to its row" onClick={() => onPick(best!.run)} onFocus={() => model.setHovered(best!.run)} onBlur={() => model.setHovered(null)}>
            <Drawn sign="star" colour={ORANGE} /> best {shortNumber(best!.value)}, {noun} {best!.number}
          </button>
        </li>
        <li class="axis-title across">{trials.batch === null ? "runs by their start" : "trials in their order"}</li>
      </ul>
    </>
  );
}

function Sign({ sign, colour, text, count }: { sign: Sign; colour: string; text: string; count: number }) {
  if (!count) return null;
  return (
    <li>
      <Drawn {...{ sign, colour }} /> {count.toLocaleString()} {text}
    </li>
  );
}

function Drawn({ sign, colour }: { sign: Sign; colour: string }) {
  if (sign === "dot") {
    return (
      <svg width="12" height="12" aria-hidden="true">
        <circle cx="6" cy="6" r="3.6" fill={colour} />
      </svg>
    );
  }
  const points = shapeOf(sign, 3.6).map(([x, y]) => `${(x * (sign === "star" ? 0.66 : 1) + 6).toFixed(1)} ${(y * (sign === "star" ? 0.66 : 1) + 6).toFixed(1)}`);
  const path = sign === "cross" ? `M${points[0]}L${points[1]}M${points[2]}L${points[3]}` : `M${points.join("L")}Z`;
  return (
    <svg width="12" height="12" aria-hidden="true">
      <path d={path} stroke={sign === "star" ? "none" : colour} stroke-width="1.4" fill={sign === "star" ? colour : "none"} />
    </svg>
  );
}

interface Layout {
  scale: Scale;
  up: DotAxis;
  across: DotAxis;
  dots: Dot[];
  line: Steps;
}

/** Return where trials are drawn; of pruned ones where they were stopped, of failed ones at the bottom. */
export function layOut(trials: Trials): Layout {
  const { all, rated, best, objective } = trials;
  const drawn = all.filter((each) => isDrawn(each));
  const values = drawn.map(({ end, value }) => (end === "failed" ? null : value));
  const scale = makeScale({ key: "", heading: objective.name, group: "scalar" }, values);
  const ends = endsOf(drawn);
  const dots = drawn.map((trial, place): Dot => {
    const sign = trial.run === best?.run ? { sign: "star" as const, colour: ORANGE } : signOf(trial.end!);
    return { run: trial.run, across: placeOf(ends, trial.number), up: scale.places[place]!, ...sign };
  });
  const points = bestSoFar(trials).map((value, place) => ({ across: placeOf(ends, rated[place]!.number), up: placeOf(scale, value) }));
  if (points.length) points.push({ across: placeOf(ends, drawn.at(-1)!.number), up: points.at(-1)!.up });
  const across = { ticks: roundTicks(ends, TICKS_ACROSS, true) };
  return { scale, up: { ticks: roundTicks(scale, TICKS_UP) }, across, dots, line: { points, colour: ORANGE } };
}

function isDrawn({ end, value }: Trial): boolean {
  return end === "failed" || (end !== null && !Number.isNaN(value));
}

function endsOf(trials: readonly Trial[]): Pick<Scale, "isLog" | "least" | "greatest"> {
  const [least, greatest] = [trials[0]?.number ?? 1, trials.at(-1)?.number ?? 1];
  return least < greatest ? { isLog: false, least, greatest } : { isLog: false, least: least - 0.5, greatest: greatest + 0.5 };
}

/** Return what is seen, in words. */
export function describe(trials: Trials): string {
  const { objective, best, batch } = trials;
  const others = (["pruned", "failed"] as const).flatMap((end) => {
    const count = trials.all.filter((each) => each.end === end).length;
    return count ? [`${count.toLocaleString()} ${end}`] : [];
  });
  const noun = batch === null ? "run" : "trial";
  return [`History of ${objective.name} over ${countTrials(trials)}`, `best ${shortNumber(best!.value)} at ${noun} ${best!.number}`, ...others].join(", ");
}
