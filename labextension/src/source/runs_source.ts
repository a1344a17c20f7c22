/** Where a table gets its runs from: a widget's model, and later a server. */

/** What a front end asks for; `type` says what, the rest is what that takes (guild_ipy/widgets/runs_requests.py). */
export interface Request {
  type: string;
  [name: string]: unknown;
}

/** The answer to a request, with its buffers. */
export interface Reply<Content> {
  content: Content;
  buffers: DataView[];
}

/** A request that was refused. */
export class RequestError extends Error {
  constructor(
    text: string,
    /** The index in an expression of what is wrong. */
    readonly position: number | null = null,
  ) {
    super(text);
  }
}

export interface RunsSource {
  /** Ask; the promise is kept in any case: with an answer, or broken with a RequestError. */
  ask<Content>(request: Request): Promise<Reply<Content>>;
  /** Be told when runs have changed, and when the source was lost or is back; returns what ends that. */
  subscribe(listener: (event: SourceEvent) => void): () => void;
  /** Tell Python which runs are selected, and by what the table is filtered. */
  select(names: string[], filter: string): void;
}

export type SourceEvent = { event: "changed" } | { event: "lost"; text: string } | { event: "waiting"; since: number };

export interface ColumnHeader {
  key: string;
  heading: string;
  group: "run" | "scalar" | "flag" | "attr";
}

export interface ColumnValues {
  key: string;
  form: "number" | "moment" | "duration" | "truth" | "word" | "value";
  words?: string[];
  nan?: number[];
}

/** The answer to `runs`. */
export interface RunsContent {
  gen: number;
  columns: ColumnHeader[];
  values: ColumnValues[];
  count: number;
  rows: number[] | null;
  from: { count: number; buffer: number } | null;
  in_use: Record<string, string>;
}

/** The answer to a change. */
export interface ChangeContent {
  text: string;
  runs: string[];
  undo: Request | null;
}

/** The answer to `curves`; of each curve the buffers are its steps and its values. */
export interface CurvesContent {
  curves: { run: string; scalar: string; count: number }[];
}

export interface Objective {
  name: string;
  greatest: boolean;
}

/** The answer to `search`; the buffers are names, numbers, how runs ended, and the values of each objective. */
export interface SearchContent {
  /** The batch that all of the runs are trials of. */
  batch: string | null;
  /** Whether batches search for the objectives; else they are the scalar of the request. */
  is_declared: boolean;
  objectives: Objective[];
  count: number;
  values: ColumnValues[];
}

/** The answer to `importance`. */
export interface ImportanceContent {
  objective: Objective;
  /** The most important first. */
  flags: { name: string; importance: number }[];
  /** How many runs were rated. */
  count: number;
}
