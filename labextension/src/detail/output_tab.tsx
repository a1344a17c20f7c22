/** The output of a run, with its figures at their places. */

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Answer, Note } from "./answer";
import { Spans } from "./code";
import type { OutputContent, Piece } from "./detail_answers";
import type { DetailModel } from "./detail_model";
import { Picture } from "./picture";

export function OutputTab({ detail }: { detail: DetailModel }) {
  const isActive = detail.overview.content?.is_active === true;
  const part = detail.part<OutputContent>(detail.outputRequest);
  const box = useRef<HTMLDivElement>(null);
  useStayAtEnd(box, part, isActive);
  return (
    <Answer part={part}>
      {({ pieces, is_cut, can_be_whole, size, path }) => (
        <div class="output" ref={box}>
          {is_cut && (
            <p class="faint">
              {can_be_whole ? `The output has ${size}; this is its beginning and its end. ` : `The output has ${size}, too much to show; all of it is in ${path}`}
              {can_be_whole && (
                <button type="button" onClick={() => detail.choose({ isOutputWhole: true })}>
                  Show all
                </button>
              )}
            </p>
          )}
          {pieces.length === 0 && <p class="faint">{isActive ? "Nothing printed yet." : "It printed nothing."}</p>}
          {pieces.map((piece, place) => (
            <PieceView key={place} piece={piece} />
          ))}
        </div>
      )}
    </Answer>
  );
}

const NEAR_END = 20;

/** Keep the end in sight while the output grows, for one who looks at the end. */
function useStayAtEnd(box: { current: HTMLElement | null }, grown: unknown, isGrowing: boolean): void {
  const isAtEnd = useRef(isGrowing);
  const scroller = () => box.current?.closest<HTMLElement>("[role=tabpanel]");
  useLayoutEffect(() => {
    const scrolled = scroller();
    if (scrolled && isAtEnd.current) scrolled.scrollTop = scrolled.scrollHeight;
  }, [grown]);
  useEffect(() => {
    const scrolled = scroller();
    const look = () => (isAtEnd.current = scrolled!.scrollTop + scrolled!.clientHeight > scrolled!.scrollHeight - NEAR_END);
    scrolled?.addEventListener("scroll", look);
    return () => scrolled?.removeEventListener("scroll", look);
  }, [box.current]);
}

function PieceView({ piece }: { piece: Piece }) {
  if ("text" in piece) {
    return (
      <pre>
        <Spans spans={piece.text} />
      </pre>
    );
  }
  if ("image" in piece) return <Picture type={piece.image} data={piece.data} alt={piece.alt} width={piece.width} />;
  return <Note text={`… ${piece.note} …`} />;
}
