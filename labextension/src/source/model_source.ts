/** The runs of a widget: requests and answers are custom messages of its model. */

import { RequestError, type Reply, type Request, type RunsSource, type SourceEvent } from "./runs_source";

/** The part of a model of anywidget that is used here. */
export interface WidgetModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown): void;
  on(name: string, callback: (...words: never[]) => void): void;
  off(name: string, callback: (...words: never[]) => void): void;
}

interface Answer {
  reply?: string;
  event?: string;
  error?: { text: string; position?: number };
}

interface Asked {
  message: Request;
  isRepeated: boolean;
  keep: (reply: Reply<never>) => void;
  refuse: (error: RequestError) => void;
  since: number;
}

/** A kernel that has not answered for so long is at work on something else. */
const WAITING_MS = 1_000;
/** After so long a request is sent again: the first may wait for the cell that is at work, from before there was a subshell. */
const AGAIN_MS = 400;
const LOOK_MS = 200;

const LOST_TEXT = "The kernel has ended or was restarted; run the cell again to go on with this table.";

export class ModelSource implements RunsSource {
  private asked = new Map<string, Asked>();
  private listeners = new Set<(event: SourceEvent) => void>();
  private count = 0;
  /** Several views of one model hear the same answers. */
  private readonly name = Math.random().toString(36).slice(2);
  private timer: number | undefined;
  private isLost = false;

  constructor(
    private readonly model: WidgetModel,
    /** What is said when the kernel is gone. */
    private readonly lostText = LOST_TEXT,
  ) {
    model.on("msg:custom", this.receive);
    model.on("comm_live_update", this.lose);
  }

  ask<Content>(request: Request): Promise<Reply<Content>> {
    if (this.isLost) return Promise.reject(new RequestError(this.lostText));
    const id = `${this.name}-${this.count++}`;
    const message = { ...request, request: id };
    return new Promise<Reply<Content>>((keep, refuse) => {
      this.asked.set(id, { message, isRepeated: false, keep: keep as Asked["keep"], refuse, since: Date.now() });
      this.timer ??= window.setInterval(this.look, LOOK_MS);
      this.attempt(() => this.model.send(message));
    });
  }

  subscribe(listener: (event: SourceEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  select(names: string[], filter: string): void {
    // A message and no trait: traits may be held back until the kernel is idle, and the next cell is to see this.
    if (!this.isLost) this.ask({ type: "select", runs: names, filter }).catch(() => undefined);
  }

  dispose(): void {
    this.model.off("msg:custom", this.receive);
    this.model.off("comm_live_update", this.lose);
    window.clearInterval(this.timer);
    this.listeners.clear();
  }

  private receive = (message: Answer, buffers: DataView[]): void => {
    if (message.event === "changed") this.tell({ event: "changed" });
    const asked = message.reply === undefined ? undefined : this.asked.get(message.reply);
    if (message.reply === undefined || asked === undefined) return; // an event, or what another view has asked
    this.asked.delete(message.reply);
    if (message.error) asked.refuse(new RequestError(message.error.text, message.error.position ?? null));
    else asked.keep({ content: message as never, buffers });
  };

  /** Send something; a model says by an error that its kernel is no longer there. */
  private attempt(send: () => void): void {
    try {
      send();
    } catch {
      this.lose();
    }
  }

  /** Take the end of the kernel in, of which a model is told once: it never lives again. */
  private lose = (): void => {
    this.isLost = true;
    for (const asked of this.asked.values()) asked.refuse(new RequestError(this.lostText));
    this.asked.clear();
    this.tell({ event: "lost", text: this.lostText });
  };

  /** Send what was not answered soon a second time, and say how long the kernel has not answered. */
  private look = (): void => {
    if (!this.asked.size) {
      window.clearInterval(this.timer);
      this.timer = undefined;
    }
    for (const asked of this.asked.values()) {
      if (asked.isRepeated || Date.now() - asked.since < AGAIN_MS) continue;
      asked.isRepeated = true;
      this.attempt(() => this.model.send(asked.message));
    }
    const first = this.asked.values().next().value;
    const since = first === undefined ? 0 : Date.now() - first.since;
    this.tell({ event: "waiting", since: since >= WAITING_MS ? since : 0 });
  };

  private tell(event: SourceEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}
