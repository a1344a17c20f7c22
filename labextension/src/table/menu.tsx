/** A button that opens a small panel, which lies above the page: no output area cuts it off. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

interface Props {
  title: string;
  children: (close: () => void) => ComponentChildren;
}

const [GAP, LEAST_HEIGHT, MOST_HEIGHT] = [4, 160, 480];
const FOCUSABLE = "button:enabled, input:enabled";

export function Menu({ title, children }: Props) {
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const onFocusOut = (event: FocusEvent) => {
    const to = event.relatedTarget;
    if (to instanceof Node && !box.current!.contains(to)) setOpen(false);
  };
  return (
    <div class="menu" ref={box} onKeyDown={(event) => event.key === "Escape" && close()} onFocusOut={onFocusOut}>
      <button ref={button} type="button" aria-expanded={isOpen} aria-haspopup="dialog" onClick={() => setOpen(!isOpen)}>
        {title} <span aria-hidden="true">▾</span>
      </button>
      {isOpen && (
        <Panel title={title} button={button.current!} onOutside={() => setOpen(false)}>
          {children(close)}
        </Panel>
      )}
    </div>
  );
}

interface PanelProps {
  title: string;
  button: HTMLElement;
  onOutside: () => void;
  children: ComponentChildren;
}

function Panel({ title, button, onOutside, children }: PanelProps) {
  const panel = useRef<HTMLDivElement>(null);
  const focused = useRef<string | null>(null);
  useLayoutEffect(() => {
    panel.current!.showPopover?.();
    panel.current!.querySelector<HTMLElement>(FOCUSABLE)?.focus();
    const onPress = (event: Event) => {
      if (!event.composedPath().includes(button.parentElement!)) onOutside();
    };
    const onMove = () => panel.current && place(panel.current, button);
    const observer = new ResizeObserver(onMove); // what is in it may come later
    observer.observe(panel.current!);
    document.addEventListener("pointerdown", onPress, true);
    document.addEventListener("scroll", onMove, true);
    window.addEventListener("resize", onMove);
    return () => {
      observer.disconnect();
      document.removeEventListener("pointerdown", onPress, true);
      document.removeEventListener("scroll", onMove, true);
      window.removeEventListener("resize", onMove);
    };
  }, []);
  useLayoutEffect(() => place(panel.current!, button));
  useLayoutEffect(() => keepFocus(panel.current!, focused.current)); // at once: the next key may be Escape
  return (
    <div
      ref={panel}
      class="panel"
      role="dialog"
      aria-label={title}
      popover="manual"
      tabIndex={-1}
      onFocusIn={(event) => (focused.current = (event.target as HTMLElement).ariaLabel)}
    >
      {children}
    </div>
  );
}

/** Put a panel below its button, or above it where there is more room. */
function place(panel: HTMLElement, button: HTMLElement): void {
  const { top, bottom, right } = button.getBoundingClientRect();
  const [above, below] = [top - 2 * GAP, window.innerHeight - bottom - 2 * GAP];
  const isBelow = below >= Math.min(LEAST_HEIGHT, panel.scrollHeight) || below >= above;
  panel.style.maxHeight = `${Math.max(0, Math.min(MOST_HEIGHT, isBelow ? below : above))}px`;
  const { width, height } = panel.getBoundingClientRect();
  panel.style.left = `${Math.max(GAP, Math.min(right - width, window.innerWidth - width - GAP))}px`;
  panel.style.top = `${isBelow ? bottom + GAP : top - GAP - height}px`;
}

/** Bring the focus back that was lost with a control that was moved or is gone. */
function keepFocus(panel: HTMLElement, label: string | null): void {
  if (document.activeElement !== document.body) return;
  const same = [...panel.querySelectorAll<HTMLElement>(FOCUSABLE)].find((each) => label !== null && each.ariaLabel === label);
  (same ?? panel).focus();
}
