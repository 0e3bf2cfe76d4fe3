import type { Clock } from '../../../core/ports.ts';
import type { Resource } from '../../contract.ts';
import { asList, asRecord, optionalNumber, optionalText } from '../lambda/template-values.ts';
import type { Route } from './routes.ts';

interface Limit {
  readonly ratePerSecond: number;
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/** The account's own limit where a stage sets none. */
const ACCOUNT_LIMIT: Limit = { ratePerSecond: 10_000, burst: 5_000 };

/** Token buckets, one per method, from the stage's `MethodSettings`. */
export class Throttle {
  readonly #limits = new Map<string, Limit>();
  readonly #buckets = new Map<Route, Bucket>();
  readonly #clock: Clock;

  constructor(stage: Resource, clock: Clock) {
    this.#clock = clock;
    for (const entry of asList(stage.properties['MethodSettings'], stage.logicalId)) {
      const setting = asRecord(entry, stage.logicalId);
      const ratePerSecond = optionalNumber(setting['ThrottlingRateLimit'], stage.logicalId);
      if (ratePerSecond === undefined) continue;
      const burst = optionalNumber(setting['ThrottlingBurstLimit'], stage.logicalId) ?? ACCOUNT_LIMIT.burst;
      const path = (optionalText(setting['ResourcePath'], stage.logicalId) ?? '/*')
        .replaceAll('~1', '/')
        .replace(/^\/\//, '/');
      this.#limits.set(`${optionalText(setting['HttpMethod'], stage.logicalId) ?? '*'} ${path}`, {
        ratePerSecond,
        burst,
      });
    }
  }

  /** Takes one request's token; false when the method has none left. */
  admits(route: Route): boolean {
    const limit = this.#limitOf(route);
    const nowMs = this.#clock.nowMs();
    const bucket = this.#buckets.get(route) ?? { tokens: limit.burst, filledAtMs: nowMs };
    const refilled = bucket.tokens + ((nowMs - bucket.filledAtMs) / 1000) * limit.ratePerSecond;
    const tokens = Math.min(limit.burst, refilled);
    const admitted = tokens >= 1;
    this.#buckets.set(route, { tokens: admitted ? tokens - 1 : tokens, filledAtMs: nowMs });
    return admitted;
  }

  #limitOf(route: Route): Limit {
    return (
      this.#limits.get(`${route.httpMethod} ${route.resourcePath}`) ??
      this.#limits.get(`* ${route.resourcePath}`) ??
      this.#limits.get('* /*') ??
      ACCOUNT_LIMIT
    );
  }
}
