/** Text with kinds of words, line by line; and text with the colours of a terminal. */

import type { Span } from "./detail_answers";

export function Code({ lines, label }: { lines: Span[][]; label: string }) {
  return (
    <pre class="code" role="group" aria-label={label}>
      {lines.map((line, place) => (
        <span class="line" key={place}>
          <Spans spans={line} />
        </span>
      ))}
    </pre>
  );
}

export function Spans({ spans }: { spans: Span[] }) {
  return (
    <>
      {spans.map(([words, text], place) => (words ? <span key={place} class={classOf(words)}>{text}</span> : text))}
    </>
  );
}

function classOf(words: string): string {
  return words
    .split(" ")
    .map((word) => `t-${word}`)
    .join(" ");
}
