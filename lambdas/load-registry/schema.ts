import * as v from 'valibot';
import { normaliseIdentity } from '../../core/approval/separation.ts';
import { RUNGS } from '../../core/authority/rung.ts';
import { FACT_KINDS, factKey } from '../../core/gate/facts/sources.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isJsonObject } from '../../core/json.ts';
import { canonicalJson } from '../../core/ledger/canonical.ts';
import { IdSchema } from '../shared/body.ts';

/** Sanity ceilings of one agent: beyond them a cap is a typing mistake. */
const MAX_AGENT_MICRO_USD = 1_000_000_000_000n;
const MAX_AGENT_TOKENS = 1_000_000_000n;
const MAX_UNIT_MICRO_USD = 1_000_000_000_000_000n;
const MAX_UNIT_TOKENS = 1_000_000_000_000n;
const MAX_SESSION_SECONDS = 86_400;
const MAX_ENTRIES = 200;
const MAX_FACT_CHARACTERS = 16_384;
const MAX_FACT_DEPTH = 8;
/** Declarations of one call; a synchronous invocation carries 6 MB. */
const MAX_ITEMS = 5_000;

const Text = v.pipe(
  v.string(),
  v.minLength(1, 'expected text, got nothing'),
  v.maxLength(200, 'expected at most 200 characters'),
  v.check((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'expected no control characters'),
);
const Identity = v.pipe(
  Text,
  v.check((text) => normaliseIdentity(text) !== '', 'expected visible characters'),
);
const AgentId = v.pipe(v.string(), v.regex(/^\d{12}:[\w+=,.@-]{1,64}$/, 'expected `<12-digit account>:<role name>`'));
const texts = v.pipe(v.array(Text), v.maxLength(MAX_ENTRIES, `expected at most ${MAX_ENTRIES} entries`));

const RungName = v.picklist(RUNGS, 'expected a rung from A0 to A4');
const Instant = v.pipe(
  v.string(),
  v.check(
    (text) => Number.isFinite(Date.parse(text)) && new Date(text).toISOString() === text,
    'expected a UTC time with milliseconds, such as `2026-11-20T09:00:00.000Z`',
  ),
);

const Credential = v.strictObject({
  credentialId: IdSchema,
  issuer: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,63}$/, 'expected the name of an issuer')),
  notBefore: Instant,
  expiresAt: Instant,
  signature: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{86}$/, 'expected an Ed25519 signature as base64url')),
  revoked: v.boolean(),
});

const Agent = v.strictObject({
  agentId: AgentId,
  displayName: Text,
  ownerSubject: Identity,
  ownerAliases: texts,
  unitId: IdSchema,
  scopes: texts,
  accounts: texts,
  caps: v.strictObject({
    sessionMicroUsd: amount(MAX_AGENT_MICRO_USD),
    sessionTokens: amount(MAX_AGENT_TOKENS),
    dayMicroUsd: amount(MAX_AGENT_MICRO_USD),
    dayTokens: amount(MAX_AGENT_TOKENS),
    sessionSeconds: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_SESSION_SECONDS)),
  }),
  /** Without rungs an agent may only read. */
  rungs: v.exactOptional(v.strictObject({ default: RungName, classes: v.record(IdSchema, RungName) })),
  active: v.boolean(),
  credential: v.exactOptional(Credential),
});

const Unit = v.strictObject({
  unitId: IdSchema,
  monthMicroUsd: amount(MAX_UNIT_MICRO_USD),
  monthTokens: amount(MAX_UNIT_TOKENS),
});

const KeyPart = v.pipe(v.string(), v.minLength(1), v.maxLength(256));
const Fact = v.strictObject({
  kind: v.picklist(FACT_KINDS),
  /** A key, or the parts it is made of. */
  key: v.union([
    KeyPart,
    v.pipe(
      v.array(KeyPart),
      v.minLength(1),
      v.maxLength(4),
      v.transform((parts) => factKey(parts)),
    ),
  ]),
  value: v.custom<JsonObject>(isFactValue, 'expected an object of whole numbers and text, at most 16384 characters'),
});

/** The input of a registry load. Anything not named here is refused, so that a misspelt cap is not simply missing. */
export const RegistryLoad = v.strictObject({
  agents: declared(Agent, ({ agentId }) => agentId),
  units: declared(Unit, ({ unitId }) => unitId),
  facts: declared(Fact, ({ kind, key }) => `${kind} ${key}`),
});

function amount(max: bigint) {
  return v.pipe(
    v.string(),
    v.check(
      (text) => /^(?:0|[1-9]\d{0,17})$/.test(text) && BigInt(text) <= max,
      `expected a whole number as text, at most ${max}`,
    ),
  );
}

/** A list whose entries differ in what names them; the second of two is the one that is located. */
function declared<Entry extends v.GenericSchema>(entry: Entry, nameOf: (value: v.InferOutput<Entry>) => string) {
  return v.pipe(
    v.optional(v.array(entry), []),
    v.maxLength(MAX_ITEMS, `expected at most ${MAX_ITEMS} entries`),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const seen = new Set<string>();
      for (const [index, value] of dataset.value.entries()) {
        const name = nameOf(value);
        if (seen.has(name)) {
          addIssue({
            message: `expected each name once, got \`${name}\` again`,
            path: [{ type: 'array', origin: 'value', input: dataset.value, key: index, value }],
          });
        }
        seen.add(name);
      }
    }),
  );
}

function isFactValue(value: unknown): boolean {
  return isPlain(value, 0) && isJsonObject(value) && canonicalJson(value).length <= MAX_FACT_CHARACTERS;
}

/** State holds whole numbers only, so that an amount means the same in every language that reads it. */
function isPlain(value: unknown, depth: number): value is JsonValue {
  if (depth > MAX_FACT_DEPTH) return false;
  if (typeof value === 'number') return Number.isSafeInteger(value);
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return typeof value === 'boolean' || value === null;
  return Object.entries(value).every(([key, member]) => key.isWellFormed() && isPlain(member, depth + 1));
}
