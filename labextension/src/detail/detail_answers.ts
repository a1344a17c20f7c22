/** The answers about one run (guild_ipy/widgets/detail/run_detail.py). */

/** Words that say how to show a text, and the text. */
export type Span = [string, string];
export type NamedText = [string, string];

export interface Overview {
  id: string;
  operation: string;
  status: string;
  is_active: boolean;
  trouble: string;
  marked: boolean;
  label: string;
  tags: string[];
  facts: NamedText[];
  flags: NamedText[];
  scalars: ScalarRow[];
  comments: CommentRow[];
  marks: MarkRow[];
  dependencies: NamedText[];
  displays: NamedText[];
  in_use: { run: string; name: string; why: string } | null;
  stale: string[];
  notes: { flags: string | null; scalars: string | null; comments: string | null };
}

export interface ScalarRow {
  name: string;
  last: string;
  step: number;
  least: string;
  greatest: string;
  count: number;
}

export interface CommentRow {
  number: number;
  heading: string;
  body: string;
  is_whole: boolean;
}

export interface MarkRow {
  marked: boolean;
  when: string;
  who: string;
  by: string;
  why: string;
  undone: string;
}

export interface SourceContent {
  files: string[];
  path: string | null;
  lines: Span[][];
  note: string | null;
  more: string | null;
}

export type Piece = { text: Span[] } | { image: string; data: string; width: number | null; alt: string } | { note: string };

export interface OutputContent {
  same: boolean;
  stamp: string;
  pieces: Piece[];
  is_cut: boolean;
  can_be_whole: boolean;
  size: string;
  path: string;
}

export interface FilesContent {
  files: { name: string; size: string; type: string }[];
  note: string | null;
  path: string;
}

export interface FileContent {
  name: string;
  type: string;
  size: string;
  open_by: string;
  lines: Span[][] | null;
  table: { head: string[]; rows: string[][] } | null;
  image: string | null;
  data?: string;
  note: string | null;
}

export interface EnvironmentContent {
  facts: NamedText[];
  packages: NamedText[];
  variables: NamedText[];
  note: string | null;
}

export interface RelatedRun {
  id: string;
  name: string;
  depth: number;
  dependency: string;
  operation: string;
  status: string;
  caption: string;
  marked: boolean;
  stale: boolean;
  deleted: boolean;
  gone: boolean;
  again: boolean;
}

export interface LineageContent {
  made_of: RelatedRun[];
  used_by: RelatedRun[];
  note: string | null;
}

export interface DiffContent {
  other: { id: string; name: string; operation: string };
  differences: { aspect: string; values: { name: string; from: string | null; to: string | null }[]; count: number }[];
  files: { values: FileDifference[]; note: string | null };
  source: string[];
  is_empty: boolean;
  note: string | null;
}

/** A file that is not the same; of small texts the lines that differ, as a unified diff. */
export interface FileDifference {
  name: string;
  from: string | null;
  to: string | null;
  lines: string[];
}
