/** Asks for something when what it depends on has changed, once at a time and not too often. */

export class Paced {
  private wanted: readonly unknown[] | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isAsking = false;
  private askedAt = -Infinity;

  /** `pause` is the time from one question to the next, in milliseconds. */
  constructor(
    private readonly ask: () => Promise<void>,
    private readonly pause: number,
  ) {}

  /** Ask, now or after the pause, unless it was asked when all of `on` were the same. */
  want(on: readonly unknown[]): void {
    if (this.wanted?.every((each, place) => each === on[place])) return;
    this.wanted = on;
    this.plan();
  }

  /** Ask no more; what is wanted after that is asked for in any case. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.wanted = null;
  }

  private plan(): void {
    if (this.isAsking || this.timer !== undefined) return;
    const wait = this.askedAt + this.pause - Date.now();
    if (wait > 0) this.timer = setTimeout(() => void this.go(), wait);
    else void this.go();
  }

  private async go(): Promise<void> {
    const { wanted } = this;
    this.timer = undefined;
    this.askedAt = Date.now();
    this.isAsking = true;
    await this.ask().finally(() => (this.isAsking = false));
    if (this.wanted !== wanted && this.wanted !== null) this.plan();
  }
}
