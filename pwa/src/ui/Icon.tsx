import type shapes from "./icons.json";

/** Line icons on a 24 px grid, each one path. They never stand alone: words carry the meaning. */
export type IconName = keyof typeof shapes;

/** The shapes are drawings, not code: they stand in the page itself (build/icons.ts). */
export function Icon({ name, large = false }: { name: IconName; large?: boolean }) {
  return (
    <svg class={large ? "i i-l" : "i"} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <use href={`#i-${name}`} />
    </svg>
  );
}

/** The mark: two lines that run side by side at the same pace. */
export function Mark({ onDark }: { onDark: boolean }) {
  const first = onDark ? "#fff" : "#115a36";
  return (
    <svg viewBox="0 0 32 32" fill="none" stroke-width="3.2" stroke-linecap="round" aria-hidden="true" focusable="false">
      <circle cx="13.5" cy="5.5" r="2.7" fill={first} stroke="none" />
      <path d="M12.5 12C12.5 19 8.5 20.5 6 28" stroke={first} />
      <circle cx="23.5" cy="5.5" r="2.7" fill="#ff8d44" stroke="none" />
      <path d="M22.5 12C22.5 19 18.5 20.5 16 28" stroke="#ff8d44" />
    </svg>
  );
}
