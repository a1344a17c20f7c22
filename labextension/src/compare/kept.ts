/** A value that is made anew only when what it was made of is another. */

export class Kept<Made> {
  private from: readonly unknown[] | null = null;
  private made: Made | undefined;

  get(from: readonly unknown[], make: () => Made): Made {
    if (this.from === null || this.from.some((each, place) => each !== from[place])) this.made = make();
    this.from = from;
    return this.made!;
  }
}
