/**
 * Whether a person is about to press on something in a table.
 *
 * Rows stay where they are while the pointer moves over the table, until it has rested for a while or has left, and while
 * a button is held. A press on a row counts if it ends on the run on which it began, and if that run was seen there before:
 * a row that has moved under a pointer at rest cannot be pressed by mistake.
 */

/** A pointer that has not moved for so long rests. */
const REST_MS = 2_000;
/** Nobody reacts sooner to what has come under the pointer. */
const SEEN_MS = 400;
const ROW = "[data-run]";

interface Spot {
  /** The place of the row that is there; -1 outside of the rows. */
  place: number;
  x: number;
  y: number;
}

export class Aim {
  /** Where the pointer was when it last moved, and since when it has been in that row. */
  private spot: (Spot & { since: number }) | null = null;
  private isDown = false;
  private isStirred = false;
  /** The runs of the last two presses, the last one at the end; null for one that does not count. */
  private pressed: [string | null, string | null] = [null, null];
  /** When rows have moved last, and which run was at a place before; null once everybody has seen it. */
  private slide: { at: number; nameAt: (place: number) => string | undefined } | null = null;
  private restTimer: ReturnType<typeof setTimeout> | undefined;
  private seenTimer: ReturnType<typeof setTimeout> | undefined;

  /** `onEnd` is called when rows may move again. */
  constructor(private readonly onEnd: () => void) {}

  /** Whether rows have to stay where they are. */
  get isOn(): boolean {
    return this.isDown || this.isStirred;
  }

  /** The pointer has moved, with a button held or without. */
  move(spot: Spot, isDown: boolean, at = performance.now()): void {
    const before = this.spot;
    if (before?.x === spot.x && before.y === spot.y) return; // browsers also tell of it where only the page has moved
    this.spot = { ...spot, since: before?.place === spot.place ? before.since : at };
    this.isDown = isDown;
    this.stir();
  }

  /** The rows were scrolled, or a finger was lifted: soon there may be a press. */
  stir(): void {
    this.isStirred = true;
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(() => {
      this.isStirred = false;
      if (!this.isDown) this.onEnd();
    }, REST_MS);
  }

  /** A button or a finger goes down on a run. */
  press(run: string | null, place: number): void {
    this.pressed = [this.pressed[1], this.wasSeen(run, place) ? run : null];
    this.isDown = true;
    this.stir();
  }

  private wasSeen(run: string | null, place: number): boolean {
    if (this.slide === null || (this.spot !== null && this.spot.since > this.slide.at)) return true;
    return (this.slide.nameAt(place) ?? run) === run;
  }

  /** The button or the finger is up again. */
  lift(): void {
    this.isDown = false;
    this.stir();
  }

  /** The pointer is elsewhere. */
  leave(): void {
    clearTimeout(this.restTimer);
    this.spot = null;
    this.isDown = this.isStirred = false;
    this.onEnd();
  }

  /** Rows have moved; `nameAt` returns the run that was at a place before. */
  slid(nameAt: (place: number) => string | undefined): void {
    this.slide = { at: performance.now(), nameAt: this.slide?.nameAt ?? nameAt };
    clearTimeout(this.seenTimer);
    this.seenTimer = setTimeout(() => (this.slide = null), SEEN_MS);
  }

  /** Whether a click on a run is meant for it: the press was on it, and for a double click the one before as well. */
  isMeant(run: string, presses: 1 | 2 = 1): boolean {
    return this.pressed.slice(-presses).every((each) => each === run);
  }

  dispose(): void {
    clearTimeout(this.restTimer);
    clearTimeout(this.seenTimer);
  }
}

/** Return the handlers of the element around a table: they tell what is aimed at, and keep clicks from other rows. */
export function handleAim(aim: Aim) {
  const rowOf = (event: Event) => (event.target as Element).closest<HTMLElement>(ROW);
  const keepFromOthers = (event: MouseEvent, presses: 1 | 2) => {
    const run = rowOf(event)?.dataset["run"];
    const isByPointer = event.detail > 0;
    if (run === undefined || !isByPointer || aim.isMeant(run, presses)) return;
    event.preventDefault(); // a checkbox stays as it is
    event.stopPropagation();
  };
  return {
    onPointerMove: (event: PointerEvent) => {
      if (event.pointerType === "touch") return; // a finger aims where nobody sees it, and may scroll
      aim.move({ place: placeOf(rowOf(event)), x: event.clientX, y: event.clientY }, event.buttons !== 0, event.timeStamp);
    },
    onPointerDown: (event: PointerEvent) => {
      const row = rowOf(event);
      aim.press(row?.dataset["run"] ?? null, placeOf(row));
    },
    onPointerUp: () => aim.lift(),
    onPointerCancel: () => aim.lift(),
    onPointerLeave: (event: PointerEvent) => event.pointerType !== "touch" && aim.leave(),
    onClickCapture: (event: MouseEvent) => keepFromOthers(event, 1),
    onDblClickCapture: (event: MouseEvent) => keepFromOthers(event, 2),
  };
}

function placeOf(row: HTMLElement | null): number {
  return row === null ? -1 : Number(row.ariaRowIndex) - 2; // the first is that of the headings
}
