/** A source that answers when a test says so. */

import { RequestError, type Reply, type Request, type RunsSource, type SourceEvent } from "../src/source/runs_source";
import { TableModel } from "../src/table/table_model";
import { MESSAGES, replyOf, type Message } from "./messages";

interface Asked {
  request: Request;
  answer: (reply: Reply<unknown>) => void;
  refuse: (error: Error) => void;
}

export class FakeSource implements RunsSource {
  asked: Asked[] = [];
  selected: string[] = [];
  filter = "";
  private listeners = new Set<(event: SourceEvent) => void>();

  ask<Content>(request: Request): Promise<Reply<Content>> {
    return new Promise((keep, refuse) => this.asked.push({ request, answer: keep as Asked["answer"], refuse }));
  }

  subscribe(listener: (event: SourceEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  select(names: string[], filter: string): void {
    [this.selected, this.filter] = [names, filter];
  }

  tell(event: SourceEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  /** Return what is asked and not answered yet. */
  get types(): string[] {
    return this.asked.map((each) => each.request.type);
  }

  /** Answer the first request of a type, with a message or with other content; return the request. */
  async reply(type: string, message: Message | Record<string, unknown>): Promise<Request> {
    const place = this.asked.findIndex((each) => each.request.type === type);
    if (place < 0) throw new Error(`nobody asks for ${type}, but for ${this.types.join()}`);
    const [asked] = this.asked.splice(place, 1);
    const reply = "answer" in message ? replyOf(message as Message) : { content: message, buffers: [] };
    const { error } = reply.content as { error?: { text: string; position?: number } };
    if (error === undefined) asked!.answer(reply);
    else asked!.refuse(new RequestError(error.text, error.position ?? null));
    await settle();
    return asked!.request;
  }
}

/** Wait until all that follows at once has happened. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

/** Wait until something is so: what a table does a moment later. */
export async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 5_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error("it did not come to be so");
    await new Promise((go) => setTimeout(go, 5));
  }
}

/** Return a table that shows the runs of the messages. */
export async function openTable(): Promise<{ model: TableModel; source: FakeSource }> {
  const source = new FakeSource();
  const model = new TableModel(source);
  model.begin(replyOf({ ...MESSAGES["runs"]!, answer: { ...MESSAGES["runs"]!.answer, gen: -1 } }));
  await source.reply("runs", MESSAGES["runs"]!);
  await source.reply("stale", MESSAGES["stale"]!);
  return { model, source };
}
