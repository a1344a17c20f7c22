/** The state of a table, and all that can be done with it; the components show it. */

import { Observable } from "../observable";
import { moved, scalarOf } from "../runs/column_keys";
import { formatNumber } from "../runs/format";
import { orderRows, type Sort } from "../runs/order";
import { Runs } from "../runs/runs";
import {
  RequestError,
  type ChangeContent,
  type ColumnHeader,
  type CurvesContent,
  type Reply,
  type Request,
  type RunsContent,
  type RunsSource,
  type SourceEvent,
} from "../source/runs_source";
import { Aim } from "./aim";
import { LEAST_WIDTH, MOST_WIDTH } from "./column_widths";
import { haveMoved, keep, nameIn, namesIn, NOWHERE, placeIn, putIn, type Places } from "./places";
import type { Curve } from "../runs/curve";
import { CurveStore } from "../runs/curve_store";

export interface Notice {
  text: string;
  isError: boolean;
  undo: Request | null;
}

export interface TableState extends Places {
  runs: Runs;
  sort: Sort | null;
  filter: string;
  filterError: { text: string; position: number | null } | null;
  selected: ReadonlySet<string>;
  /** The place where the keyboard is. */
  active: number;
  notice: Notice | null;
  /** Why the table cannot go on. */
  lost: string | null;
  /** For how many milliseconds the kernel has not answered, if that is long. */
  waiting: number;
  stale: ReadonlySet<string>;
  isLoading: boolean;
  /** The run whose detail is open. */
  opened: string | null;
  /** Marks that were set or taken away by hand and are not answered yet; they are shown as if they were. */
  marking: ReadonlyMap<string, boolean>;
  /** How wide columns were made by hand, by key. */
  widths: Readonly<Record<string, number>>;
}

/** More runs are looked through for stale ones only after a mark was changed. */
const MANY = 2_000;
const [SELECT_PAUSE, CURVE_POINTS, CURVE_PAUSE] = [60, 30, 30];
/** The parts of the state of which the order of the rows is made; with the last two, they are put in order at once. */
const ORDERING = ["runs", "filterError", "sort", "coming"];
const MOVING = new Set(["delete", "restore"]); // a person who asks for one wants rows to move
const FORGOTTEN = new Set(["mark", "mark_best", "undo_mark"]);

export class TableModel extends Observable {
  state: TableState = {
    runs: Runs.none,
    ...NOWHERE,
    sort: null,
    filter: "",
    filterError: null,
    selected: new Set(),
    active: 0,
    notice: null,
    lost: null,
    waiting: 0,
    stale: new Set(),
    isLoading: true,
    opened: null,
    marking: new Map(),
    widths: {},
  };
  readonly aim = new Aim(() => this.showComing());
  private columns: string[] | null = null;
  /** The runs that pass the filter, which is not the one that is written while that has a mistake. */
  private passing: { where: string; names: ReadonlySet<string> } | null = null;
  private readonly curves = new CurveStore(
    async (runs, scalars) => {
      const there = runs.filter((name) => this.state.runs.rowOf(name) >= 0);
      return there.length ? this.try<CurvesContent>({ type: "curves", runs: there, scalars, points: CURVE_POINTS }) : null;
    },
    () => this.show({}),
    CURVE_PAUSE,
  );
  private refreshing: Promise<void> | null = null;
  private refreshingNext: Promise<void> | null = null;
  private isAsking = false;
  /** The run where the keyboard is, and that from which Shift extends; null for the first one, whichever it is. */
  private activeRun: string | null = null;
  private anchorRun: string | null = null;
  private toldAt = 0;
  private timers: Record<string, number> = {};
  private readonly unsubscribe: () => void;

  constructor(readonly source: RunsSource) {
    super();
    this.unsubscribe = source.subscribe(this.hear);
  }

  dispose(): void {
    this.unsubscribe();
    this.curves.dispose();
    this.aim.dispose();
    Object.values(this.timers).forEach(clearTimeout);
    this.forgetListeners();
  }

  // -- what is shown

  /** Show the rows that came along with the widget. */
  begin(first: Reply<RunsContent>): void {
    this.show({ runs: Runs.none.apply(first) });
    void this.refresh().then(() => (this.state.runs.count <= MANY ? this.findStale(MANY) : undefined));
  }

  /** Bring the runs up to date; what is asked while they are read is read after that. */
  refresh(): Promise<void> {
    if (this.refreshing === null) {
      this.refreshing = this.load().finally(() => (this.refreshing = null));
      return this.refreshing;
    }
    this.refreshingNext ??= this.refreshing.then(() => {
      this.refreshingNext = null;
      return this.refresh();
    });
    return this.refreshingNext;
  }

  private async load(): Promise<void> {
    const before = this.state.runs;
    const reply = await this.try<RunsContent>({ type: "runs", columns: this.columns, since: before.gen });
    if (reply === null) return;
    const runs = before.apply(reply);
    this.curves.outdate(runs.fresh);
    this.forgetGone(runs);
    if (this.state.filter) await this.applyFilter(this.state.filter);
    this.show({ runs, isLoading: false });
  }

  /** Runs that are gone are not selected any more, and their detail is closed. */
  private forgetGone(runs: Runs): void {
    const { selected, opened } = this.state;
    const there = [...selected].filter((name) => runs.rowOf(name) >= 0);
    if (there.length < selected.size) this.setSelected(new Set(there));
    if (opened !== null && runs.rowOf(opened) < 0) this.open(null);
  }

  /** Say that somebody looks, and catch up with what has changed meanwhile. */
  async watch(): Promise<void> {
    if (this.isAsking || this.state.lost !== null) return;
    this.isAsking = true;
    const reply = await this.try<{ gen: number }>({ type: "watch" }).finally(() => (this.isAsking = false));
    if (reply !== null && reply.content.gen !== this.state.runs.gen) await this.refresh();
  }

  sortBy(key: string): void {
    const { sort } = this.state;
    const again = sort?.key === key;
    this.show({ sort: !again ? { key, descending: false } : sort.descending ? null : { key, descending: true } });
  }

  async setFilter(text: string): Promise<void> {
    this.show({ filter: text });
    await this.applyFilter(text);
    this.activeRun = this.anchorRun = null;
    this.show({ active: 0 });
    this.showComing();
    this.tellSelection();
  }

  private async applyFilter(where: string): Promise<void> {
    if (!where.trim()) {
      this.passing = null;
      this.show({ filterError: null });
      return;
    }
    try {
      const { content } = await this.source.ask<{ runs: string[] }>({ type: "filter", where });
      if (where !== this.state.filter) return;
      this.passing = { where, names: new Set(content.runs) };
      this.show({ filterError: null });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (where === this.state.filter) this.show({ filterError: { text: error.message, position: error.position } });
    }
  }

  /** Show these columns; null for the usual ones. */
  async chooseColumns(keys: string[] | null): Promise<void> {
    this.columns = keys;
    await this.refresh();
  }

  /** The columns as they are wanted; those that are shown follow when the answer is there. */
  get chosenColumns(): string[] {
    return this.columns ?? this.state.runs.headers.map((header) => header.key);
  }

  moveColumn(key: string, place: number): Promise<void> {
    return this.chooseColumns(moved(this.chosenColumns, key, place));
  }

  /** Make a column as wide as a person wants; null for its usual width. */
  setWidth(key: string, width: number | null): void {
    const { [key]: _, ...others } = this.state.widths;
    const wanted = width === null ? {} : { [key]: Math.max(LEAST_WIDTH, Math.min(MOST_WIDTH, width)) };
    this.show({ widths: { ...others, ...wanted } });
  }

  async listColumns(): Promise<ColumnHeader[]> {
    return (await this.try<{ columns: ColumnHeader[] }>({ type: "columns" }))?.content.columns ?? [];
  }

  /** Ask for the curve of a sparkline if need be; return it, or null while it is not there and where there is none. */
  curve(run: string, key: string): Curve | null {
    this.curves.want(run, scalarOf(key));
    return this.curves.get(run, scalarOf(key)) ?? null;
  }

  // -- which runs

  nameAt(place: number): string | undefined {
    return nameIn(this.state, place);
  }

  /** The runs that an action is about: those that are selected, else the one where the keyboard is. */
  get chosen(): string[] {
    const { selected, active } = this.state;
    if (selected.size) return namesIn(this.state).filter((name) => selected.has(name));
    return namesIn(this.state, active, active + 1);
  }

  moveTo(place: number, { extend = false } = {}): void {
    const active = Math.max(0, Math.min(this.state.places.length - 1, place));
    if (extend) this.selectRange(active);
    else this.anchorRun = this.nameAt(active) ?? null;
    this.activate(active);
  }

  /** Have the keyboard stay at the run where it is, also where that is only the first one so far. */
  stay(): void {
    this.activeRun ??= this.nameAt(this.state.active) ?? null;
  }

  /** Select one run alone, or with others. */
  select(place: number, how: "alone" | "toggle" | "range"): void {
    const name = this.nameAt(place);
    if (name === undefined) return;
    if (how === "range") this.selectRange(place);
    else {
      const selected = new Set(how === "toggle" ? this.state.selected : []);
      if (!selected.delete(name)) selected.add(name);
      this.anchorRun = name;
      this.setSelected(selected);
    }
    this.activate(place);
  }

  private activate(place: number): void {
    this.activeRun = this.nameAt(place) ?? null;
    this.show({ active: place });
  }

  selectAll(): void {
    this.setSelected(new Set(namesIn(this.state)));
  }

  setSelected(selected: ReadonlySet<string>): void {
    this.show({ selected });
    this.tellSelection();
  }

  /** Select from where Shift extends to a place. */
  private selectRange(place: number): void {
    const from = Math.max(0, placeIn(this.state, this.anchorRun));
    this.setSelected(new Set(namesIn(this.state, Math.min(from, place), Math.max(from, place) + 1)));
  }

  private tellSelection(): void {
    const wait = this.toldAt + SELECT_PAUSE - Date.now();
    if (wait > 0) return this.later("select", wait, () => this.tellSelection());
    this.toldAt = Date.now();
    const { selected, filter } = this.state;
    this.source.select(namesIn(this.state).filter((name) => selected.has(name)), filter);
  }

  open(name: string | null): void {
    this.show({ opened: name });
  }

  // -- changes

  isMarked(name: string): boolean {
    const { runs, marking } = this.state;
    return marking.get(name) ?? runs.value("run::marked", runs.rowOf(name)) === true;
  }

  /** Mark runs, or take their marks away. */
  async mark(runs: string[], isMarked: boolean): Promise<boolean> {
    this.show({ marking: new Map([...this.state.marking, ...runs.map((name) => [name, isMarked] as const)]) });
    const isDone = await this.change({ type: "mark", runs, clear: !isMarked });
    this.show({ marking: new Map([...this.state.marking].filter(([name]) => !runs.includes(name))) });
    return isDone;
  }

  /** Mark the shown run with the least or the greatest value of a column in place of all others of its operation. */
  markBest(column: ColumnHeader, greatest: boolean): Promise<boolean> {
    const runs = namesIn(this.state);
    return this.change({ type: "mark_best", column: column.key, greatest, runs, filter: this.passing?.where ?? "" });
  }

  /** Do something to runs, and say what was done; return whether it could be done. */
  async change(request: Request): Promise<boolean> {
    const reply = await this.try<ChangeContent>(request);
    if (reply === null) return false;
    const { text, undo } = reply.content;
    this.show({ notice: { text, undo, isError: false } });
    if (request.type === "delete") this.setSelected(new Set());
    await this.refresh();
    if (MOVING.has(request.type)) this.showComing();
    if (FORGOTTEN.has(request.type)) await this.findStale();
    return true;
  }

  /** Take the last change back. */
  async undo(): Promise<void> {
    const undo = this.state.notice?.undo;
    if (undo) await this.change(undo);
  }

  dismiss(): void {
    this.show({ notice: null });
  }

  /** Find the stale runs of the home; where it has more runs than `most`, only those of the table. */
  private async findStale(most: number | null = null): Promise<void> {
    const reply = await this.try<{ runs: string[] }>({ type: "stale", most });
    if (reply === null) return;
    const stale = new Set(reply.content.runs);
    const more = [...stale].filter((name) => !this.state.stale.has(name)).length;
    const { notice } = this.state;
    const told = notice && !notice.isError && more ? { ...notice, text: `${notice.text}\n${describeStale(more)}` } : notice;
    this.show({ stale, notice: told });
  }

  // -- details

  private hear = (event: SourceEvent): void => {
    if (event.event === "changed") void this.refresh();
    if (event.event === "lost") this.show({ lost: event.text });
    if (event.event === "waiting" && event.since !== this.state.waiting) this.show({ waiting: event.since });
  };

  /** Ask, and show why it was refused if it was. */
  private async try<Content>(request: Request): Promise<Reply<Content> | null> {
    try {
      return await this.source.ask<Content>(request);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (this.state.lost === null) this.show({ notice: { text: error.message, isError: true, undo: null } });
      return null;
    }
  }

  private show(change: Partial<TableState>): void {
    const before = this.state;
    const state = { ...before, ...change };
    if (ORDERING.some((key) => key in change)) {
      const order = orderRows(state.runs, this.passing?.names ?? null, state.sort);
      const isHeld = this.aim.isOn && !("sort" in change || "coming" in change);
      Object.assign(state, isHeld ? keep(before, state.runs, order) : putIn(order));
      if (!isHeld && haveMoved(before, state)) this.aim.slid((place) => nameIn(before, place));
      const place = placeIn(state, this.activeRun);
      state.active = place >= 0 ? place : Math.max(0, Math.min(state.active, state.places.length - 1));
    }
    this.state = state;
    this.tell();
  }

  /** Put the rows in the order that was held back. */
  private showComing(): void {
    if (this.state.coming) this.show({ coming: null });
  }

  private later(name: string, ms: number, action: () => void): void {
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(action, ms) as unknown as number;
  }
}

function describeStale(count: number): string {
  return `${formatNumber(count)} ${count === 1 ? "run is" : "runs are"} stale now: made with a run that is not used any more`;
}
