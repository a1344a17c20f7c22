/** The state of the detail of a run: which tab is open, and the answers that it shows. */

import { Observable } from "../observable";
import { RequestError, type CurvesContent, type Request } from "../source/runs_source";
import { readCurve, type Curve } from "../runs/curve";
import type { TableModel } from "../table/table_model";
import type { OutputContent, Overview } from "./detail_answers";

export const TABS = ["Overview", "Source", "Output", "Files", "Environment", "Lineage", "Diff"] as const;
export type Tab = (typeof TABS)[number];

/** An answer, or why there is none; both are null while it is not there. */
export interface Part<Content> {
  content: Content | null;
  error: string | null;
}

/** A comment with the text that it is to have, and the one that it had when it was opened. */
export interface EditedComment {
  number: number;
  text: string;
  before: string;
}

export interface DetailState {
  name: string;
  tab: Tab;
  /** The file of the source, and of the run, that is shown. */
  sourcePath: string | null;
  filePath: string | null;
  isOutputWhole: boolean;
  /** The run to compare with; null for the one before. */
  other: string | null;
  /** The comment that is being written; it stays whatever becomes of the run meanwhile. */
  draft: string;
  /** The comment that is being edited. */
  edited: EditedComment | null;
  curves: ReadonlyMap<string, Curve>;
  /** The runs from which links have led here. */
  past: readonly string[];
}

const SPARKLINE_POINTS = 60;
/** Between two looks at a run after something has changed. */
const PAUSE_MS = 1_000;
const NONE: Part<never> = { content: null, error: null };

export class DetailModel extends Observable {
  state: DetailState;
  private parts = new Map<string, Part<unknown>>();
  /** The run that is looked at, while the answers are on their way. */
  private looking: string | null = null;
  /** The run that a link leads to; to others the table does, from where there is no way back. */
  private linked: string | null = null;
  private timer: number | undefined;
  private readonly unsubscribe: () => void;

  constructor(
    readonly table: TableModel,
    name: string,
  ) {
    super();
    this.state = beginning(name, "Overview", []);
    this.unsubscribe = table.source.subscribe((event) => {
      if (event.event === "changed") this.lookSoon();
    });
    void this.look();
  }

  dispose(): void {
    this.unsubscribe();
    clearTimeout(this.timer);
    this.forgetListeners();
  }

  // -- what is shown

  /** Show another run, in the tab that is open. */
  showRun(name: string): void {
    if (name === this.state.name) return;
    const { tab, past } = this.state;
    this.parts.clear();
    this.show(beginning(name, tab, name === this.linked ? past : []));
    void this.look();
  }

  /** Follow a link to another run; the way back is kept. */
  follow(id: string): void {
    const name = this.nameOf(id);
    if (name !== this.state.name) this.go(name, [...this.state.past, this.state.name]);
  }

  back(): void {
    const name = this.state.past[this.state.past.length - 1];
    if (name !== undefined) this.go(name, this.state.past.slice(0, -1));
  }

  private go(name: string, past: readonly string[]): void {
    this.linked = name;
    this.state = { ...this.state, past };
    this.table.open(name);
  }

  /** Return the name that the table has for a run; its id where the table does not have it. */
  nameOf(id: string): string {
    const { names } = this.table.state.runs;
    return names.find((name) => id.startsWith(name)) ?? id;
  }

  choose(change: Partial<Pick<DetailState, "tab" | "sourcePath" | "filePath" | "isOutputWhole" | "other">>): void {
    this.show(change);
    for (const request of this.wanted()) if (!this.parts.has(keyOf(request))) void this.load(request);
  }

  get overview(): Part<Overview> {
    return this.part({ type: "detail" });
  }

  /** Return an answer that is there; what is not is asked for when its tab is opened. */
  part<Content>(request: Request): Part<Content> {
    return (this.parts.get(keyOf(request)) as Part<Content> | undefined) ?? NONE;
  }

  // -- requests, one for each thing that can be shown

  get sourceRequest(): Request {
    return { type: "source", path: this.state.sourcePath };
  }

  get outputRequest(): Request {
    return { type: "output", all: this.state.isOutputWhole };
  }

  get diffRequest(): Request {
    return { type: "diff", other: this.state.other };
  }

  fileRequest(path: string): Request {
    return { type: "file", path };
  }

  /** What is shown now. */
  private wanted(): Request[] {
    const { filePath, tab } = this.state;
    const byTab: Record<Tab, Request[]> = {
      Overview: [],
      Source: [this.sourceRequest],
      Output: [this.outputRequest],
      Files: [{ type: "files" }, ...(filePath === null ? [] : [this.fileRequest(filePath)])],
      Environment: [{ type: "environment" }],
      Lineage: [{ type: "lineage" }],
      Diff: [this.diffRequest],
    };
    return [{ type: "detail" }, ...byTab[tab]];
  }

  // -- keeping up

  /** Look again at a run that is at work; called as long as somebody can see it. */
  async watch(): Promise<void> {
    if (this.overview.content?.is_active) await this.look();
  }

  /** Do something to the run, and show it. */
  async change(request: Request): Promise<boolean> {
    const isDone = await this.table.change({ ...request, runs: [this.state.name] });
    if (isDone) await this.look();
    return isDone;
  }

  // -- comments

  /** Keep what is being written. */
  write(change: Partial<Pick<DetailState, "draft" | "edited">>): void {
    this.show(change);
  }

  async addComment(): Promise<void> {
    const { name, draft } = this.state;
    const isDone = await this.change({ type: "comment", text: draft });
    if (isDone && name === this.state.name && draft === this.state.draft) this.write({ draft: "" });
  }

  async saveComment(): Promise<void> {
    const { edited } = this.state;
    if (edited === null) return;
    const { number, text, before } = edited;
    const isDone = await this.change({ type: "comment", edit: number, text, before });
    if (isDone && edited === this.state.edited) this.write({ edited: null });
  }

  // -- asking

  /** Ask anew for what is shown; what is not is forgotten if the run has changed. */
  async look(): Promise<void> {
    const { name } = this.state;
    if (this.looking === name) return this.lookSoon();
    this.looking = name;
    const before = JSON.stringify(this.overview.content);
    const wanted = this.wanted();
    await Promise.all([...wanted.map((request) => this.load(request)), this.loadCurves()]);
    if (name !== this.state.name) return;
    this.looking = null;
    if (JSON.stringify(this.overview.content) === before) return;
    const kept = new Set(this.wanted().map(keyOf));
    for (const key of this.parts.keys()) if (!kept.has(key)) this.parts.delete(key);
  }

  private lookSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.look();
    }, PAUSE_MS);
  }

  private async load(request: Request): Promise<void> {
    const { name } = this.state; // by the time of the answer another run may be shown
    const key = keyOf(request);
    const known = this.parts.get(key)?.content ?? null;
    const stamp = request.type === "output" ? (known as OutputContent | null)?.stamp : undefined;
    const part = await this.ask(stamp === undefined ? request : { ...request, stamp });
    const isSame = (part.content as OutputContent | null)?.same === true;
    if (name !== this.state.name || isSame) return;
    this.parts.set(key, part);
    this.show({});
  }

  private async ask(request: Request): Promise<Part<unknown>> {
    try {
      const { content } = await this.table.source.ask<unknown>({ ...request, run: this.state.name });
      return { content, error: null };
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      return { content: null, error: error.message };
    }
  }

  private async loadCurves(): Promise<void> {
    const { name } = this.state;
    try {
      const request = { type: "curves", runs: [name], scalars: [], points: SPARKLINE_POINTS };
      const { content, buffers } = await this.table.source.ask<CurvesContent>(request);
      if (name !== this.state.name) return;
      this.show({ curves: new Map(content.curves.map(({ scalar }, place) => [scalar, readCurve(buffers, place)])) });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error; // scalars are shown without their curves
    }
  }

  private show(change: Partial<DetailState>): void {
    this.state = { ...this.state, ...change };
    this.tell();
  }
}

function beginning(name: string, tab: Tab, past: readonly string[]): DetailState {
  return { name, tab, sourcePath: null, filePath: null, isOutputWhole: false, other: null, draft: "", edited: null, curves: new Map(), past };
}

function keyOf(request: Request): string {
  return JSON.stringify(request);
}
