import * as v from 'valibot';
import { parseWitnessPolicy } from '../../core/ledger/log/witness-policy.ts';
import { keyTerms } from './key-terms.ts';
import { periods } from './retention.ts';

/** What must be typed to ask for COMPLIANCE, because not even the account's root can take it back. */
export const COMPLIANCE_CONFIRMATION = 'no one can delete or shorten these records';

/** An envelope lives 90 seconds: long enough for a retry, too short to be stored and used another day. */
export const ENVELOPE_TTL_SECONDS = 90;

/** The longest a receipt key may live; verifiers refuse certificates of longer epochs. */
const MAX_EPOCH_SECONDS = 900;

const ONE_DAY_SECONDS = 86_400;
/** The schedule looks once a minute, and a run takes up to two. */
const MIN_MERGE_DELAY_SECONDS = 180;

const text = (pattern: RegExp, expected: string) => v.pipe(v.string(), v.regex(pattern, expected));
const whole = (min: number, max: number) => {
  const expected = `a whole number from ${min} to ${max}`;
  return v.pipe(v.number(), v.integer(expected), v.minValue(min, expected), v.maxValue(max, expected));
};

const accountId = text(/^\d{12}$/, 'a 12-digit account id');
const principal = text(
  /^(arn:aws[a-z-]*:(iam|sts)::\d{12}:(root|role\/[\w+=,.@/-]+|user\/[\w+=,.@/-]+|assumed-role\/[\w+=,.@/-]+)|[a-z0-9.-]+\.amazonaws\.com)$/,
  'an IAM principal ARN or a service such as `lambda.amazonaws.com`',
);
const principals = v.pipe(v.array(principal), v.minLength(1, 'at least one principal'));
const archive = v.pipe(
  v.strictObject({
    lock: v.optional(v.picklist(['GOVERNANCE', 'COMPLIANCE']), 'GOVERNANCE'),
    confirmation: v.optional(v.string()),
    readerAccount: v.optional(accountId),
  }),
  v.forward(
    v.partialCheck(
      [['lock'], ['confirmation']],
      ({ lock, confirmation }) => lock !== 'COMPLIANCE' || confirmation === COMPLIANCE_CONFIRMATION,
      `the text \`${COMPLIANCE_CONFIRMATION}\`, because lock is COMPLIANCE`,
    ),
    ['confirmation'],
  ),
);

const api = v.pipe(
  v.strictObject({
    endpoint: v.optional(v.picklist(['regional', 'private']), 'regional'),
    vpcEndpointIds: v.optional(v.array(text(/^vpce-[0-9a-f]{8,17}$/, 'a VPC endpoint id such as `vpce-0abc…`')), []),
  }),
  v.forward(
    v.partialCheck(
      [['endpoint'], ['vpcEndpointIds']],
      ({ endpoint, vpcEndpointIds }) => (endpoint === 'private') === vpcEndpointIds.length > 0,
      'VPC endpoint ids exactly when endpoint is private',
    ),
    ['vpcEndpointIds'],
  ),
);

const rates = v.strictObject({ ratePerSecond: whole(1, 10_000), burst: whole(1, 5_000) });

const agent = v.strictObject({
  roleName: text(
    /^countersign-agent-[a-z0-9-]{1,46}$/,
    'a role name `countersign-agent-…` of lower-case letters, digits and `-`, at most 64 long',
  ),
  trustedPrincipals: principals,
});

const credentialIssuer = v.strictObject({
  name: text(/^[a-z][a-z0-9-]{0,63}$/, 'a name of lower-case letters, digits and `-`'),
  publicKey: text(/^[A-Za-z0-9_-]{43}$/, 'a raw Ed25519 public key, 32 bytes as base64url'),
});

const https = text(/^https:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/, 'an https URL without credentials, query or fragment');

/** Lambda's environment holds 4 KB in all. */
const MAX_POLICY_LENGTH = 1_500;
const MAX_ANCHOR_LENGTH = 1_500;

/** C2SP tlog-policy, with the URL of each witness in its line. */
const witnessPolicy = v.pipe(
  v.string(),
  v.maxLength(MAX_POLICY_LENGTH, `at most ${MAX_POLICY_LENGTH} characters`),
  v.check((policy) => parseWitnessPolicy(policy).ok, 'a witness policy as C2SP tlog-policy has it'),
);

const log = v.strictObject({
  /** The log's name in its checkpoints, by which verifiers know it. */
  origin: v.optional(text(/^[a-z0-9][a-z0-9.-]*(\/[a-z0-9._-]+)*$/, 'a URL without scheme such as `bank.example/log`')),
  /** Within which every event is promised to be in the log. */
  mergeDelaySeconds: v.optional(whole(MIN_MERGE_DELAY_SECONDS, ONE_DAY_SECONDS), 300),
  /** Who must have seen a checkpoint before it is published. Absent: nobody outside the institution has. */
  witnessPolicy: v.optional(witnessPolicy),
  /** An RFC 3161 authority. Absent: checkpoints carry the log key's own time only. */
  timestamps: v.optional(
    v.strictObject({
      url: https,
      /** Certificates its own must lead to, PEM. */
      trustAnchors: v.pipe(v.string(), v.includes('BEGIN CERTIFICATE'), v.maxLength(MAX_ANCHOR_LENGTH)),
      /** The policy that tokens must state; absent: any. */
      policy: v.optional(text(/^\d+(\.\d+)+$/, 'an object identifier')),
    }),
  ),
});

const bucketName = text(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'a bucket name');

/** Where AWS's record of calls lies, and how late it may come. Without a bucket the deployment makes a trail of its own. */
const reconciliation = v.strictObject({
  cloudTrailBucket: v.optional(bucketName),
  cloudTrailPrefix: v.optional(text(/^([A-Za-z0-9!_.*'()-]+\/)*$/, 'a prefix that is empty or ends in `/`'), ''),
  /** CloudTrail delivers within minutes, mostly; what it has not delivered by then is found missing. */
  delaySeconds: v.optional(whole(0, ONE_DAY_SECONDS), 3_600),
});

/** The deployment's configuration file. Every default is the safer choice. */
export const configSchema = v.pipe(
  v.strictObject({
    account: accountId,
    region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as `eu-west-1`'),
    archive: v.optional(archive, {}),
    retention: v.optional(periods, {}),
    log: v.optional(log, {}),
    domain: v.optional(
      v.strictObject({
        name: text(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'a domain name such as `countersign.example.com`'),
        certificateArn: text(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/, 'an ACM certificate ARN'),
      }),
    ),
    signIn: v.strictObject({
      domainPrefix: text(
        /^(?!.*(aws|amazon|cognito))[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
        'a Cognito domain prefix of lower-case letters, digits and `-`, without `aws`, `amazon` or `cognito`',
      ),
    }),
    approverGroups: v.optional(
      v.array(text(/^[a-z][a-z0-9-]{0,127}$/, 'a group name of lower-case letters, digits and `-`')),
      [],
    ),
    api: v.optional(api, {}),
    agents: v.pipe(
      v.array(agent),
      v.check(
        (agents) => new Set(agents.map((each) => each.roleName)).size === agents.length,
        'every roleName only once',
      ),
    ),
    /** Whose signature makes an agent's credential. Empty: the institution issues none, and none is asked for. */
    credentialIssuers: v.optional(
      v.pipe(
        v.array(credentialIssuer),
        v.check(
          (issuers) => new Set(issuers.map((each) => each.name)).size === issuers.length,
          'every issuer only once',
        ),
      ),
      [],
    ),
    registryOperators: principals,
    auditors: principals,
    policyPublishers: v.optional(principals),
    /** Who may read in the clear what actions were about. Absent: nobody. */
    detailsReaders: v.optional(principals),
    /** How long a key may sign receipts: what a stolen one is worth ends with it. */
    receiptEpochSeconds: v.optional(whole(60, MAX_EPOCH_SECONDS), MAX_EPOCH_SECONDS),
    approvalTimeoutSeconds: v.optional(whole(60, 7 * ONE_DAY_SECONDS), 3_600),
    reservationTtlSeconds: v.optional(whole(30, ONE_DAY_SECONDS), 900),
    envelopeTtlSeconds: v.optional(
      v.literal(ENVELOPE_TTL_SECONDS, `${ENVELOPE_TTL_SECONDS}, which is fixed`),
      ENVELOPE_TTL_SECONDS,
    ),
    throttles: v.optional(
      v.strictObject({
        agents: v.optional(rates, { ratePerSecond: 200, burst: 100 }),
        people: v.optional(rates, { ratePerSecond: 20, burst: 40 }),
      }),
      {},
    ),
    reconciliation: v.optional(reconciliation, {}),
    /** Raising a generation makes a new key; `docs/specs/key-rotation.md` says in which steps. */
    keys: v.optional(keyTerms, {}),
    alarmEmail: v.optional(text(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, 'an e-mail address')),
  }),
  v.forward(
    v.partialCheck(
      [['domain'], ['api']],
      ({ domain, api }) => domain === undefined || api.endpoint === 'regional',
      'no custom domain, because endpoint is private',
    ),
    ['domain'],
  ),
  v.forward(
    v.partialCheck(
      [['approvalTimeoutSeconds'], ['reservationTtlSeconds']],
      ({ approvalTimeoutSeconds, reservationTtlSeconds }) => reservationTtlSeconds <= approvalTimeoutSeconds,
      'at most approvalTimeoutSeconds',
    ),
    ['reservationTtlSeconds'],
  ),
);

/** A configuration that passed every check, defaults filled in. */
export type DeploymentConfig = v.InferOutput<typeof configSchema>;
