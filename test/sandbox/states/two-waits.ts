import { callback } from './harness.ts';

const slot = (n: number) => ({
  StartAt: `Wait ${n}`,
  States: { [`Wait ${n}`]: callback(`ask${n}`, { TimeoutSeconds: 900, End: true }) },
});

/** States that wait for two people at once, beginning with `P`. */
export const TWO_WAITS = {
  P: { Type: 'Parallel', Branches: [slot(1), slot(2)], Assign: { both: '{% $states.result %}' }, Next: 'End' },
  End: { Type: 'Pass', Output: '{% $both %}', End: true },
};
