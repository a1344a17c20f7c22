/** The curves that a component draws: asked for together, and kept until their run has changed. */

import type { CurvesContent, Reply } from "../source/runs_source";
import { readCurve, type Curve } from "./curve";

/** Asks for curves; null if that was refused. */
type Ask = (runs: string[], scalars: string[]) => Promise<Reply<CurvesContent> | null>;

/** At most so many are asked for at once, those first that were wanted last: the others may have been scrolled past. */
export const MOST_AT_ONCE = 100;

interface Wanted {
  run: string;
  scalar: string;
}

export class CurveStore {
  /** Grows with each answer. */
  version = 0;
  /** By run and scalar; null where there is no curve. */
  private known = new Map<string, Curve | null>();
  private outdated = new Set<string>();
  private wanted = new Map<string, Wanted>();
  private asked: ReadonlyMap<string, Wanted> = new Map();
  /** Not asked for again before some run has changed. */
  private refused = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly ask: Ask,
    private readonly onChange: () => void,
    /** Curves that are wanted within so many milliseconds of each other are asked for at once. */
    private readonly pauseMs: number,
  ) {}

  dispose(): void {
    clearTimeout(this.timer);
    this.wanted.clear();
  }

  /** Return a curve as it came last: null where there is none, undefined while it has not come. */
  get(run: string, scalar: string): Curve | null | undefined {
    return this.known.get(keyOf(run, scalar));
  }

  /** See to it that a curve comes. */
  want(run: string, scalar: string): void {
    const key = keyOf(run, scalar);
    if (this.wanted.has(key) || this.asked.has(key) || (this.known.has(key) && !this.outdated.has(key))) return;
    this.wanted.set(key, { run, scalar });
    this.askSoon();
  }

  /** See to it that these curves come; others that were wanted are not asked for any more. */
  wantOnly(runs: readonly string[], scalars: readonly string[]): void {
    const keys = new Set(runs.flatMap((run) => scalars.map((scalar) => keyOf(run, scalar))));
    for (const key of this.wanted.keys()) if (!keys.has(key)) this.wanted.delete(key);
    for (const run of runs) for (const scalar of scalars) this.want(run, scalar);
  }

  /** Read the curves of these runs anew when they are wanted again; until then they stay as they are. */
  outdate(runs: readonly string[]): void {
    const changed = new Set(runs);
    for (const [key, { run }] of this.asked) if (changed.has(run)) this.outdated.add(key);
    for (const key of this.known.keys()) {
      if (this.refused.has(key) || changed.has(key.slice(0, key.indexOf(" ")))) this.outdated.add(key);
    }
    this.refused.clear();
  }

  private askSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.load(), this.pauseMs);
  }

  /** Ask for what is wanted, one request at a time: a kernel that is at work is not to find many. */
  private async load(): Promise<void> {
    if (this.asked.size || !this.wanted.size) return;
    const asked = (this.asked = new Map([...this.wanted].slice(-MOST_AT_ONCE)));
    for (const key of asked.keys()) {
      this.wanted.delete(key);
      this.outdated.delete(key);
    }
    const all = [...asked.values()];
    const reply = await this.ask([...new Set(all.map(({ run }) => run))], [...new Set(all.map(({ scalar }) => scalar))]);
    for (const key of asked.keys()) {
      if (reply === null) this.refused.add(key);
      this.known.set(key, (reply === null ? this.known.get(key) : null) ?? null);
    }
    reply?.content.curves.forEach(({ run, scalar }, place) => this.known.set(keyOf(run, scalar), readCurve(reply.buffers, place)));
    this.asked = new Map();
    this.version++;
    if (this.wanted.size) this.askSoon();
    this.onChange();
  }
}

function keyOf(run: string, scalar: string): string {
  return `${run} ${scalar}`;
}
