import assert from "node:assert/strict";
import { test } from "node:test";
import { ModelSource, type WidgetModel } from "../src/source/model_source";
import type { RequestError, SourceEvent } from "../src/source/runs_source";
import { CHANGED, MESSAGES, replyOf } from "./messages";
import { until } from "./fake_source";

globalThis.window ??= globalThis as never;

/** A model as anywidget gives it. */
class FakeModel implements WidgetModel {
  sent: { request: string; type: string }[] = [];
  values: Record<string, unknown> = {};
  private callbacks: [string, (...words: never[]) => void][] = [];

  get = (name: string) => this.values[name];
  set = (name: string, value: unknown) => void (this.values[name] = value);
  save_changes = () => undefined;
  send = (content: unknown) => void this.sent.push(content as never);
  on = (name: string, callback: (...words: never[]) => void) => void this.callbacks.push([name, callback]);
  off = (name: string, callback: (...words: never[]) => void) => {
    this.callbacks = this.callbacks.filter(([each, other]) => each !== name || other !== callback);
  };
  tell(name: string, ...words: unknown[]): void {
    for (const [each, callback] of this.callbacks) if (each === name) callback(...(words as never[]));
  }
  get heard(): number {
    return this.callbacks.length;
  }
}

function open() {
  const model = new FakeModel();
  const source = new ModelSource(model);
  const events: SourceEvent[] = [];
  source.subscribe((event) => events.push(event));
  return { model, source, events };
}

test("an answer reaches the one who has asked", async () => {
  const { model, source } = open();
  const [first, second] = [source.ask({ type: "watch" }), source.ask({ type: "stale" })];
  const { buffers } = replyOf(MESSAGES["curves"]!);
  model.tell("msg:custom", { reply: model.sent[1]!.request, runs: ["x"] }, buffers);
  model.tell("msg:custom", { reply: model.sent[0]!.request, gen: 7 }, []);
  assert.equal((await first).content instanceof Object && ((await first).content as { gen: number }).gen, 7);
  assert.equal((await second).buffers, buffers);
  source.dispose();
  assert.equal(model.heard, 0);
});

test("a refusal has its text and its place", async () => {
  const { model, source } = open();
  const asked = source.ask({ type: "filter" });
  model.tell("msg:custom", { reply: model.sent[0]!.request, ...MESSAGES["filter_error"]!.answer }, []);
  const error = await asked.then(() => null, (caught: RequestError) => caught);
  assert.deepEqual([error?.message, error?.position], ["expected a value after '>', not '>' (column 6)", 5]);
  source.dispose();
});

test("a change is told, and what others have asked is not for us", () => {
  const { model, source, events } = open();
  model.tell("msg:custom", CHANGED, []);
  model.tell("msg:custom", { reply: "of another view", gen: 1 }, []);
  assert.deepEqual(events, [{ event: "changed" }]);
  source.dispose();
});

test("what is selected is said at once, by a message", () => {
  const { model, source } = open();
  source.select(["aaaa0000"], "lr > 0");
  const { request: _, ...sent } = model.sent[0]!;
  assert.deepEqual(sent, MESSAGES["select"]!.request);
  source.dispose();
});

test("two views of one model do not take each other's answers", async () => {
  const { model, source } = open();
  const other = new ModelSource(model);
  void source.ask({ type: "watch" });
  let isKept = false;
  void other.ask({ type: "stale" }).then(() => (isKept = true));
  model.tell("msg:custom", { reply: model.sent[0]!.request, gen: 7 }, []);
  await Promise.resolve();
  assert.equal(isKept, false);
  source.dispose();
  other.dispose();
});

test("when the kernel ends all that was asked is refused, and what is asked later too", async () => {
  const { model, source, events } = open();
  const asked = source.ask({ type: "watch" }).then(() => "", (error: Error) => error.message);
  model.tell("comm_live_update");
  assert((await asked).startsWith("The kernel has ended or was restarted"));
  assert.deepEqual(events.map((each) => each.event), ["lost"]);
  const later = source.ask({ type: "watch" }).then(() => "", (error: Error) => error.message);
  assert((await later).startsWith("The kernel has ended"));
  source.dispose();
});

test("a model that cannot send any more has lost its kernel", async () => {
  const { model, source, events } = open();
  model.send = () => {
    throw new Error("Cannot send");
  };
  const asked = await source.ask({ type: "watch" }).then(() => "", (error: Error) => error.message);
  assert(asked.startsWith("The kernel has ended"));
  source.select(["x"], "");
  assert.deepEqual(events.map((each) => each.event), ["lost"]);
  source.dispose();
});

test("a kernel that does not answer is at work on something else", async () => {
  const { model, source, events } = open();
  void source.ask({ type: "watch" });
  await until(() => events.some((each) => each.event === "waiting" && each.since >= 1_000));
  model.tell("msg:custom", { reply: model.sent[0]!.request, gen: 7 }, []);
  await until(() => events.at(-1)!.event === "waiting" && (events.at(-1) as { since: number }).since === 0);
  source.dispose();
});
