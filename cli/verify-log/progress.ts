/** A line on standard error that says how far a verification is. */
export interface Progress {
  readonly at: (entries: number, size: number) => void;
  readonly end: () => void;
}

/** Writes at every whole percent; nothing when it is not shown. */
export function progressTo(write: (text: string) => void, isShown: boolean): Progress {
  let shown = -1;
  return {
    at: (entries, size) => {
      const percent = size === 0 ? 100 : Math.floor((entries * 100) / size);
      if (!isShown || percent === shown) return;
      shown = percent;
      write(`\r${percent}% of ${size} entries`);
    },
    end: () => {
      if (shown >= 0) write('\n');
    },
  };
}
