/** A picture of a run; as an <img> it can execute nothing, whatever it is. */

const TYPES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"]);

interface Props {
  type: string;
  data: string;
  alt: string;
  width?: number | null | undefined;
}

export function Picture({ type, data, alt, width }: Props) {
  if (!TYPES.has(type)) return null;
  return <img class="picture" src={`data:${type};base64,${data}`} alt={alt} {...(width ? { width } : {})} />;
}
