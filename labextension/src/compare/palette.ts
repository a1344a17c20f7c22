/** Colours of pictures: those of guild_ipy/tables/pictures/pyplot.py, which can be seen on a light and on a dark page. */

export const CURVES = [
  ...(["#2f7ed8", "#d9660b", "#2e9a4b", "#e0413e", "#9b62d0"] as const),
  ...(["#a8643c", "#d9559f", "#1a96a0", "#8f8b1f", "#808080"] as const),
] as const;
/** Of what has no place on the scale of colours. */
export const INK = "#7a7a7a";
const SCALE = [CURVES[0], CURVES[4], CURVES[1]].map(read);

/** Return the colour of a place from 0 to 1; of NaN the ink. */
export function colourAt(place: number): string {
  if (Number.isNaN(place)) return INK;
  const across = Math.min(1, Math.max(0, place)) * (SCALE.length - 1);
  const index = Math.min(SCALE.length - 2, Math.floor(across));
  const [from, to] = [SCALE[index]!, SCALE[index + 1]!];
  const mixed = from.map((part, place) => Math.round(part + (across - index) * (to[place]! - part)));
  return `rgb(${mixed.join(" ")})`;
}

/** Return the scale of colours as a background of CSS, the least on the left. */
export const GRADIENT = `linear-gradient(to right, ${[CURVES[0], CURVES[4], CURVES[1]].join(", ")})`;

function read(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

/** The colours of the page, of which a canvas has to be told. */
export interface PageColours {
  ink: string;
  faint: string;
  line: string;
}

/** Return the colours of the page as they are at this moment. */
export function readColours(within: HTMLElement): PageColours {
  const probe = document.createElement("span");
  within.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = { ink: read("ink"), faint: read("faint"), line: read("line") };
  probe.remove();
  return colours;
}
