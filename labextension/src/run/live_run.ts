/** The state of a run that goes, and what can be done with it. Python pushes its head and its curves. */

import { Observable } from "../observable";
import type { WidgetModel } from "../source/model_source";
import { RequestError, type ChangeContent, type RunsSource, type SourceEvent } from "../source/runs_source";
import type { Curve } from "../runs/curve";
import { TableModel } from "../table/table_model";

export interface Head {
  operation: string;
  /** `running 12.3 s`. */
  state: string;
  look: "going" | "waiting" | "done" | "failed" | "stopped";
  /** The sign of the state, if the run does not go. */
  sign: string;
  /** What the run has left: `3 files, 1 figure`. */
  left: string;
  /** Why it failed. */
  error: string;
  flags: [name: string, value: string][];
  /** Dependencies and notes. */
  details: string[];
  /** How many scalars have no curve here. */
  more: number;
  /** Whether an interrupt of the notebook stops the run. */
  interruptible: boolean;
}

export interface NamedCurve extends Curve {
  name: string;
  /** The last value, as text. */
  last: string;
  lastStep: number;
}

/** A curve as Python has it; null is a value that is not finite. */
interface SentCurve {
  name: string;
  steps: number[];
  values: (number | null)[];
  last: string;
}

export interface RunState {
  head: Head;
  curves: NamedCurve[];
  isStopping: boolean;
  /** Why the run could not be stopped. */
  error: string | null;
  /** Why nothing more is heard of the run. */
  lost: string | null;
  /** Whether a request waits for the kernel. */
  isWaiting: boolean;
  /** What the detail is shown of; null where it is closed. */
  detail: { table: TableModel; name: string } | null;
}

export class LiveRun extends Observable {
  readonly name: string;
  state: RunState;
  private table: TableModel | null = null;
  private readonly unsubscribe: () => void;

  constructor(
    private readonly model: WidgetModel,
    private readonly source: RunsSource,
  ) {
    super();
    this.name = String(model.get("_name"));
    const pushed = { head: model.get("_head") as Head, curves: readCurves(model.get("_curves") as SentCurve[]) };
    this.state = { ...pushed, isStopping: false, error: null, lost: null, isWaiting: false, detail: null };
    model.on("change:_head", this.readHead);
    model.on("change:_curves", this.readCurves);
    this.unsubscribe = source.subscribe(this.hear);
  }

  dispose(): void {
    this.model.off("change:_head", this.readHead);
    this.model.off("change:_curves", this.readCurves);
    this.unsubscribe();
    this.source.ask({ type: "gone" }).catch(() => undefined);
    this.table?.dispose();
    this.forgetListeners();
  }

  async stop(): Promise<void> {
    this.show({ isStopping: true, error: null });
    try {
      await this.source.ask<ChangeContent>({ type: "stop" });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.show({ isStopping: false, error: error.message });
    }
  }

  /** Open the detail, or close it. */
  async toggleDetail(): Promise<void> {
    if (this.state.detail !== null) {
      this.table!.open(null);
      return;
    }
    if (this.table === null) {
      this.table = new TableModel(this.source);
      this.table.subscribe(this.followDetail);
    }
    await this.table.refresh();
    this.table.open(this.table.state.runs.names[0] ?? null);
  }

  private followDetail = (): void => {
    const table = this.table!;
    const name = table.state.opened;
    const { notice } = table.state;
    this.show({ detail: name === null ? null : { table, name }, error: notice?.isError ? notice.text : null });
  };

  private readHead = (): void => this.show({ head: this.model.get("_head") as Head });

  private readCurves = (): void => this.show({ curves: readCurves(this.model.get("_curves") as SentCurve[]) });

  private hear = (event: SourceEvent): void => {
    if (event.event === "lost") this.show({ lost: event.text, isStopping: false });
    if (event.event === "waiting" && event.since > 0 !== this.state.isWaiting) this.show({ isWaiting: event.since > 0 });
  };

  private show(change: Partial<RunState>): void {
    this.state = { ...this.state, ...change };
    this.tell();
  }
}

function readCurves(sent: SentCurve[]): NamedCurve[] {
  return sent.map(({ name, steps, values, last }) => {
    const places = [...steps.keys()];
    const hasSteps = steps[0] !== steps.at(-1);
    if (hasSteps) places.sort((one, other) => steps[one]! - steps[other]!);
    return {
      name,
      last,
      lastStep: steps.at(-1) ?? 0,
      steps: Float64Array.from(places, (place) => (hasSteps ? steps[place]! : place)),
      values: Float64Array.from(places, (place) => values[place] ?? NaN),
    };
  });
}
