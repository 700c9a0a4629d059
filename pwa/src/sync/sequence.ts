/** A number that grows with every call and across reloads of the page, as long as the device's clock does not run backwards. */
export function sequence(clock: () => number = Date.now): (atLeast?: number) => number {
  let last = 0;
  return (atLeast = 0) => {
    last = Math.max(last + 1, atLeast + 1, clock());
    return last;
  };
}

export const nextDeviceSeq = sequence();
