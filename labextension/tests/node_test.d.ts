/** The parts of Node's test runner that are used here; all of @types/node would change what `src` may call. */

declare module "node:test" {
  export function test(name: string, body: () => void | Promise<void>): void;
  export function beforeEach(body: () => void): void;
  export function afterEach(body: () => void): void;
  export const mock: { timers: { enable(what: { apis: string[] }): void; tick(ms: number): void; reset(): void } };
}

declare module "node:assert/strict" {
  const assert: {
    (found: unknown, message?: string): void;
    equal(found: unknown, expected: unknown, message?: string): void;
    deepEqual(found: unknown, expected: unknown, message?: string): void;
    ok(found: unknown, message?: string): void;
    throws(body: () => unknown, expected?: RegExp): void;
    rejects(promise: Promise<unknown>, expected?: RegExp): Promise<void>;
  };
  export default assert;
}
