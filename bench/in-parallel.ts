/** Does `work` for the indices below `count`, `concurrency` at a time. Returns how many were done per second. */
export async function inParallel(
  concurrency: number,
  count: number,
  work: (index: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const startMs = performance.now();
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return count / ((performance.now() - startMs) / 1_000);
}
