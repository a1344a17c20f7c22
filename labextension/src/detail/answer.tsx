/** What stands in the place of an answer that is not there, and small forms that answers have in common. */

import type { ComponentChildren, JSX } from "preact";
import type { NamedText } from "./detail_answers";
import type { Part } from "./detail_model";

interface Props<Content> {
  part: Part<Content>;
  children: (content: Content) => JSX.Element;
}

export function Answer<Content>({ part, children }: Props<Content>) {
  if (part.content !== null) return children(part.content);
  if (part.error !== null) {
    return (
      <p class="trouble" role="alert">
        {part.error}
      </p>
    );
  }
  return <p class="faint">loading …</p>;
}

/** Names with their texts. */
export function NamedTexts({ pairs }: { pairs: NamedText[] }) {
  return (
    <dl class="named">
      {pairs.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Note({ text }: { text: string | null | undefined }) {
  return text ? <p class="faint">{text}</p> : null;
}

export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="part" aria-label={title}>
      <h4>{title}</h4>
      {children}
    </section>
  );
}
