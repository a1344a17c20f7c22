/** What is compared of the runs of a table: which scalars, which axes, and what is brushed. */

import { Observable } from "../observable";
import type { Value } from "../runs/column";
import type { Curve } from "../runs/curve";
import { CurveStore } from "../runs/curve_store";
import { RequestError, type ColumnHeader, type CurvesContent, type Reply } from "../source/runs_source";
import type { TableModel, TableState } from "../table/table_model";
import { brushed, makeScale, type Brush, type Scale } from "./axis_scale";
import { chooseStyles, findBest, type Style } from "./curve_lines";
import { Kept } from "./kept";
import { captionOf, differs, isCommon } from "./run_captions";
import { SearchModel } from "./search_model";
import { lastOf, ShownColumns } from "./shown_columns";

/** The pictures that there are. */
export const VIEWS = ["Learning curves", "Parallel coordinates", "History", "Slice", "Importance"] as const;
export type View = (typeof VIEWS)[number];

export interface CompareState {
  /** The pictures that are shown. */
  views: ReadonlySet<View>;
  /** The scalars whose curves are drawn; null until some were chosen. */
  scalars: readonly string[] | null;
  /** The scalar that is the last axis; null for the first of those whose curves are drawn. */
  end: string | null;
  /** The keys of the flags that are axes; null for those in which runs differ. */
  axes: readonly string[] | null;
  isLog: boolean;
  smoothing: number;
  /** The first and the last step that curves are drawn of; null for all. */
  zoom: readonly [number, number] | null;
  brushes: ReadonlyMap<string, Brush>;
  hovered: string | null;
  error: string | null;
}

/** More curves are not drawn. */
export const MOST_RUNS = 40;
export const MOST_SCALARS = 6;
const MOST_AXES = 8;
const RELOAD_MS = 1_000;
const POINTS = 240;
/** While runs are brushed, others are selected all the time. */
const PAUSE_MS = 120;

/** Lives as long as its table: what was chosen and brushed is so again when the view is closed and opened. */
export class CompareModel extends Observable {
  state: CompareState = {
    views: new Set<View>(["Learning curves", "Parallel coordinates"]),
    scalars: null,
    end: null,
    axes: null,
    isLog: false,
    smoothing: 0,
    zoom: null,
    brushes: new Map(),
    hovered: null,
    error: null,
  };
  readonly columns: ShownColumns;
  readonly search: SearchModel;
  private readonly curves = new CurveStore((runs, scalars) => this.askForCurves(runs, scalars), () => this.takeCurves(), PAUSE_MS);
  private readonly keptAxes = new Kept<Axes>();
  private readonly keptDrawn = new Kept<Drawn>();
  private seen: Pick<TableState, "runs" | "shown" | "active">;
  private brushedRuns: ReadonlySet<string> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isOpen = false;
  private readonly unsubscribe: () => void;

  constructor(readonly table: TableModel) {
    super();
    this.seen = table.state;
    this.columns = new ShownColumns(table);
    this.search = new SearchModel(table, () => this.end?.heading ?? null);
    this.unsubscribe = table.subscribe(this.hear);
  }

  /** Ask for what is compared from now on; returns what ends that. */
  open(): () => void {
    this.isOpen = true;
    void this.load();
    return this.close;
  }

  /** Show one of the pictures, or take it away. */
  toggle(view: View): void {
    const views = new Set(this.state.views);
    if (!views.delete(view)) views.add(view);
    this.show({ views });
    this.lookAtSearch();
  }

  private lookAtSearch(): void {
    if (!this.isOpen || !this.columns.headers.length) return; // the scalar is not known yet
    const { views } = this.state;
    const importance = views.has("Importance");
    this.search.look({ trials: importance || views.has("History") || views.has("Slice"), importance });
  }

  private close = (): void => {
    this.isOpen = false;
    this.curves.dispose();
    this.search.look(null);
    clearTimeout(this.timer);
    this.timer = undefined;
    this.show({ hovered: null });
  };

  dispose(): void {
    this.close();
    this.search.dispose();
    this.unsubscribe();
    this.forgetListeners();
  }

  // -- curves

  get scalars(): readonly string[] {
    return this.state.scalars ?? this.columns.scalars.slice(0, 1);
  }

  /** The runs whose curves are drawn: those that are selected, else those that are shown. */
  get drawn(): Drawn {
    const { selected, shown, runs } = this.table.state;
    const hasBrush = this.state.brushes.size > 0;
    return this.keptDrawn.get([selected, shown, runs, hasBrush], () => {
      const among = Array.from(shown, (row) => runs.names[row]!);
      const chosen = selected.size ? among.filter((name) => selected.has(name)) : [];
      const isSelected = chosen.length > 0 || hasBrush;
      const found = isSelected ? chosen : among;
      return { runs: found.slice(0, MOST_RUNS), of: found.length, isSelected };
    });
  }

  /** The curves of the drawn runs that have come. */
  curvesOf(scalar: string): Map<string, Curve> {
    const found = new Map<string, Curve>();
    for (const run of this.drawn.runs) {
      const curve = this.curves.get(run, scalar);
      if (curve) found.set(run, curve);
    }
    return found;
  }

  /** A number that is another one when curves have come. */
  get curveVersion(): number {
    return this.curves.version;
  }

  /** Whether an answer about curves is still to come. */
  isWaitingFor(scalar: string): boolean {
    return this.drawn.runs.some((run) => this.curves.get(run, scalar) === undefined);
  }

  get styles(): Style[] {
    const { runs } = this.drawn;
    const scalar = this.scalars[0];
    const curves = scalar === undefined ? null : this.curvesOf(scalar);
    const rowOf = (name: string) => this.table.state.runs.rowOf(name);
    const drawn = runs.filter((run) => curves?.get(run));
    const newest = drawn.reduce<string | null>((found, run) => (found === null || rowOf(run) < rowOf(found) ? run : found), null);
    return chooseStyles(runs, newest, curves === null ? null : findBest(scalar!, curves));
  }

  captionOf(run: string): string {
    const flags = this.telling.map((header): [string, Value] => [header.heading, this.columns.valueOf(header.key, run)]);
    return captionOf(run, flags, this.columns.valueOf("run::label", run));
  }

  chooseScalars(scalars: readonly string[]): void {
    this.show({ scalars });
    this.search.refresh();
    void this.load();
  }

  setLog(isLog: boolean): void {
    this.show({ isLog });
  }

  setSmoothing(smoothing: number): void {
    this.show({ smoothing });
  }

  /** Draw only these steps of all curves; null for all steps. */
  setZoom(zoom: readonly [number, number] | null): void {
    this.show({ zoom });
  }

  private async askForCurves(runs: string[], scalars: string[]): Promise<Reply<CurvesContent> | null> {
    try {
      const reply = await this.table.source.ask<CurvesContent>({ type: "curves", runs, scalars, points: POINTS });
      this.show({ error: null });
      return reply;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.show({ error: error.message });
      return null;
    }
  }

  private takeCurves(): void {
    this.wantCurves();
    this.tell();
  }

  private wantCurves(): void {
    if (this.isOpen) this.curves.wantOnly(this.drawn.runs, this.scalars);
  }

  setHovered(hovered: string | null): void {
    if (hovered !== this.state.hovered) this.show({ hovered });
  }

  // -- axes

  /** The scalar of the last axis. */
  get end(): ColumnHeader | null {
    const scalar = this.state.end ?? this.scalars[0];
    return scalar === undefined ? null : lastOf(scalar);
  }

  /** The flags in which the runs that are shown differ. */
  get telling(): readonly ColumnHeader[] {
    return this.axes.telling;
  }

  /** The axes, the last of which is that of the scalar; one without any value is left out. */
  get scales(): readonly Scale[] {
    return this.axes.scales;
  }

  private get axes(): Axes {
    const { runs, shown } = this.table.state;
    const { headers, more } = this.columns;
    return this.keptAxes.get([runs, shown, headers, more, this.state.axes, this.end?.key], () => this.makeAxes());
  }

  private makeAxes(): Axes {
    const { columns, end } = this;
    const { flags } = columns;
    const values = new Map(flags.map((header) => [header.key, columns.valuesOf(header.key)]));
    const telling = flags.filter((header) => differs(values.get(header.key)!));
    const chosen = this.state.axes;
    const usual = telling.filter((header) => isCommon(values.get(header.key)!));
    const shown = chosen === null ? usual.slice(0, MOST_AXES) : flags.filter((header) => chosen.includes(header.key));
    const scales = shown.map((header) => makeScale(header, values.get(header.key)!));
    if (end !== null) scales.push(makeScale(end, columns.valuesOf(end.key)));
    return { telling, scales: scales.filter((scale) => scale.ticks.length > 0) };
  }

  chooseAxes(axes: readonly string[] | null): void {
    this.show({ axes });
    this.keepBrushes();
  }

  chooseEnd(end: string): void {
    this.show({ end });
    this.search.refresh();
    void this.load();
  }

  /** Brush on one axis; null ends that. What is brushed on all axes is selected in the table. */
  setBrush(key: string, brush: Brush | null): void {
    const brushes = new Map(this.state.brushes);
    if (brush === null) brushes.delete(key);
    else brushes.set(key, brush);
    this.show({ brushes });
    this.selectBrushed();
  }

  clearBrushes(): void {
    this.show({ brushes: new Map() });
    this.selectBrushed();
  }

  private selectBrushed(): void {
    const { shown, runs } = this.table.state;
    const hasBrush = this.state.brushes.size > 0;
    const places = hasBrush ? brushed(this.scales, this.state.brushes) : [];
    const found = new Set(places.map((place) => runs.names[shown[place]!]!));
    if (hasBrush && this.brushedRuns !== null && isSame(found, this.brushedRuns)) return;
    this.brushedRuns = hasBrush ? found : null;
    this.table.setSelected(found);
  }

  /** Brush anew after a change of the runs or of the axes. */
  private keepBrushes(): void {
    if (!this.state.brushes.size) return;
    const keys = new Set(this.scales.map((scale) => scale.key));
    const brushes = new Map([...this.state.brushes].filter(([key]) => keys.has(key)));
    if (brushes.size !== this.state.brushes.size) this.show({ brushes });
    this.selectBrushed();
  }

  // -- what the table does

  private hear = (): void => {
    const { runs, shown, selected, active } = this.table.state;
    const before = this.seen;
    this.seen = { runs, shown, active };
    if (runs !== before.runs) {
      this.curves.outdate(runs.fresh);
      if (this.isOpen) this.timer ??= setTimeout(() => void this.load(), RELOAD_MS);
    }
    if (this.brushedRuns !== null && selected !== this.brushedRuns) {
      this.brushedRuns = null; // somebody has selected others by hand
      this.show({ brushes: new Map() });
    }
    if (!this.isOpen) return;
    if (runs !== before.runs || shown !== before.shown) this.keepBrushes();
    else if (active !== before.active) this.setHovered(this.table.nameAt(active) ?? null);
    this.wantCurves();
    if (runs !== before.runs || shown !== before.shown) this.search.refresh();
  };

  /** Ask for the columns that the table does not have. */
  private async load(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    try {
      await this.columns.loadHeaders();
      this.wantCurves();
      this.lookAtSearch();
      await this.columns.loadValues(this.end?.heading ?? null);
      this.show({ error: null });
      this.keepBrushes();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.show({ error: error.message });
    }
  }

  private show(change: Partial<CompareState>): void {
    this.state = { ...this.state, ...change };
    this.tell();
  }
}

interface Drawn {
  runs: readonly string[];
  /** How many there are in all. */
  of: number;
  isSelected: boolean;
}

interface Axes {
  telling: readonly ColumnHeader[];
  scales: readonly Scale[];
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((name) => other.has(name));
}
