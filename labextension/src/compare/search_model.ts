/** The search that the runs of a table are: their trials by what is searched for, and the importance of their flags. */

import { Observable } from "../observable";
import { RequestError, type ImportanceContent, type Request, type SearchContent } from "../source/runs_source";
import type { TableModel } from "../table/table_model";
import { Kept } from "./kept";
import { Paced } from "./paced";
import { chooseTrials, decodeSearch, type Answered, type Trials } from "./trials";

const PAUSE_MS = 1_000;

export interface SearchState {
  /** The chosen one of several objectives; null for the first. */
  objective: string | null;
  answered: Answered | null;
  importance: ImportanceContent | null;
  /** Why there are no trials, and no importances. */
  error: string | null;
  importanceError: string | null;
}

/** What is looked at. */
export interface Sight {
  trials: boolean;
  importance: boolean;
}

const NOTHING: Sight = { trials: false, importance: false };

export class SearchModel extends Observable {
  state: SearchState = { objective: null, answered: null, importance: null, error: null, importanceError: null };
  private sight = NOTHING;
  private readonly trialsAsked = new Paced(() => this.loadTrials(), PAUSE_MS);
  private readonly importanceAsked = new Paced(() => this.loadImportance(), PAUSE_MS);
  private readonly kept = new Kept<Trials | null>();

  /** `scalarOf` returns what runs are compared by that no batch searches with. */
  constructor(
    private readonly table: TableModel,
    private readonly scalarOf: () => string | null,
  ) {
    super();
  }

  /** Ask for what is looked at from now on. */
  look(sight: Sight | null): void {
    this.sight = sight ?? NOTHING;
    if (!this.sight.trials) this.trialsAsked.stop();
    if (!this.sight.importance) this.importanceAsked.stop();
    this.refresh();
  }

  dispose(): void {
    this.look(null);
    this.forgetListeners();
  }

  /** Ask anew, if something has changed. */
  refresh(): void {
    const { runs, shown } = this.table.state;
    const on = [runs, shown, this.scalarOf()];
    if (this.sight.trials) this.trialsAsked.want(on);
    if (this.sight.importance) this.importanceAsked.want([...on, this.state.objective]);
  }

  chooseObjective(objective: string): void {
    this.show({ objective });
    this.refresh();
  }

  /** The trials that are shown; null before they are known, and where there is nothing to compare them by. */
  get trials(): Trials | null {
    const { runs, shown } = this.table.state;
    const { answered, objective } = this.state;
    return this.kept.get([answered, objective, runs, shown], () => {
      const names = new Set(Array.from(shown, (row) => runs.names[row]!));
      return answered === null ? null : chooseTrials(answered, objective, (run) => names.has(run));
    });
  }

  private async loadTrials(): Promise<void> {
    const request = this.about("search");
    if (request === null) return this.show({ answered: null, error: null });
    try {
      const reply = await this.table.source.ask<SearchContent>(request);
      this.show({ answered: decodeSearch(reply), error: null });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.show({ answered: null, error: error.message });
    }
  }

  private async loadImportance(): Promise<void> {
    const request = this.about("importance");
    if (request === null) return this.show({ importance: null, importanceError: null });
    const { objective } = this.state;
    const isKnown = this.state.answered?.objectives.some(({ name }) => name === objective) ?? true;
    try {
      const { content } = await this.table.source.ask<ImportanceContent>({ ...request, objective: isKnown ? objective : null });
      this.show({ importance: content, importanceError: null });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.show({ importance: null, importanceError: error.message });
    }
  }

  /** Return a request about the runs that are shown; null if there are none. */
  private about(type: string): Request | null {
    const { runs, shown } = this.table.state;
    if (!shown.length) return null;
    return { type, runs: Array.from(shown, (row) => runs.names[row]!), scalar: this.scalarOf() };
  }

  private show(change: Partial<SearchState>): void {
    this.state = { ...this.state, ...change };
    this.tell();
  }
}
