import { AwsError, type AwsReply } from '../../contract.ts';
import { defaultRetentionAt } from './bucket.ts';
import type { ObjectVersion, Retention } from './object-version.ts';
import { currentOrNamed } from './read-object.ts';
import { invalidArgument, invalidRequest, malformedXml, protectedByLock } from './s3-error.ts';
import { remainingDays, type S3Request } from './s3-request.ts';
import { element, textOf, xmlDocument } from './xml.ts';

/** Object Lock: what a new version is locked with, who may change it, who may delete. */

function requireLock({ bucket }: S3Request): void {
  if (!bucket.objectLock) {
    throw invalidRequest('Bucket is missing Object Lock Configuration');
  }
}

function parseUntil(text: string, nowMs: number): number {
  const retainUntilMs = Date.parse(text);
  if (Number.isNaN(retainUntilMs)) {
    throw invalidArgument('The retain until date must be provided in ISO 8601 format');
  }
  if (retainUntilMs <= nowMs) {
    throw invalidArgument('The retain until date must be in the future!');
  }
  return retainUntilMs;
}

function parseMode(text: string | undefined): Retention['mode'] {
  if (text !== 'COMPLIANCE' && text !== 'GOVERNANCE') {
    throw invalidArgument('Unknown wormMode directive.');
  }
  return text;
}

/** What a put version is locked with: its headers, or the bucket's default. @throws {AwsError} */
export function lockOfNewVersion(request: S3Request): Pick<ObjectVersion, 'retention' | 'legalHold'> {
  const { headers } = request.call;
  const mode = headers['x-amz-object-lock-mode'];
  const until = headers['x-amz-object-lock-retain-until-date'];
  const hold = headers['x-amz-object-lock-legal-hold'];
  if ((mode === undefined) !== (until === undefined)) {
    throw invalidArgument('x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied');
  }
  if (mode !== undefined || hold !== undefined) {
    requireLock(request);
  }
  if (mode !== undefined) {
    request.authorize('s3:PutObjectRetention');
  }
  if (hold !== undefined) {
    request.authorize('s3:PutObjectLegalHold');
  }
  const retention =
    until === undefined
      ? defaultRetentionAt(request.bucket, request.nowMs)
      : { mode: parseMode(mode), retainUntilMs: parseUntil(until, request.nowMs) };
  const named = Object.keys(headers).some((name) => name === 'content-md5' || name.startsWith('x-amz-checksum-'));
  if ((retention !== undefined || hold !== undefined) && !named) {
    throw invalidRequest(
      'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
    );
  }
  return { ...(retention !== undefined && { retention }), ...(hold === 'ON' && { legalHold: true }) };
}

function mayBypass(request: S3Request): boolean {
  if (request.call.headers['x-amz-bypass-governance-retention']?.toLowerCase() !== 'true') {
    return false;
  }
  request.authorize('s3:BypassGovernanceRetention');
  return true;
}

/** @throws {AwsError} `AccessDenied` where the version may not be deleted */
export function requireDeletable(request: S3Request, version: ObjectVersion): void {
  const { retention, legalHold } = version;
  if (legalHold === true) {
    throw protectedByLock();
  }
  if (retention === undefined || retention.retainUntilMs <= request.nowMs) {
    return;
  }
  if (retention.mode === 'COMPLIANCE' || !mayBypass(request)) {
    throw protectedByLock();
  }
}

function requireStronger(request: S3Request, before: Retention | undefined, after: Retention | undefined): void {
  if (before === undefined || before.retainUntilMs <= request.nowMs) {
    return;
  }
  const weaker =
    after === undefined ||
    after.retainUntilMs < before.retainUntilMs ||
    (before.mode === 'COMPLIANCE' && after.mode !== 'COMPLIANCE');
  if (weaker && (before.mode === 'COMPLIANCE' || !mayBypass(request))) {
    throw protectedByLock();
  }
}

export function putObjectRetention(request: S3Request): AwsReply {
  const xml = Buffer.from(request.call.body).toString('utf8');
  const mode = textOf(xml, 'Mode');
  const until = textOf(xml, 'RetainUntilDate');
  if ((mode === undefined) !== (until === undefined) || !xml.includes('<Retention')) {
    throw malformedXml();
  }
  const after =
    until === undefined ? undefined : { mode: parseMode(mode), retainUntilMs: parseUntil(until, request.nowMs) };
  request.authorize('s3:PutObjectRetention', {
    ...(after !== undefined && {
      's3:object-lock-mode': after.mode,
      's3:object-lock-retain-until-date': new Date(after.retainUntilMs).toISOString(),
      's3:object-lock-remaining-retention-days': remainingDays(after.retainUntilMs, request.nowMs),
    }),
  });
  requireLock(request);
  const version = currentOrNamed(request);
  requireStronger(request, version.retention, after);
  const { retention: _before, ...unlocked } = version;
  request.bucket.store.update({ ...unlocked, ...(after !== undefined && { retention: after }) });
  return { status: 200, body: '' };
}

export function getObjectRetention(request: S3Request): AwsReply {
  request.authorize('s3:GetObjectRetention');
  requireLock(request);
  const { retention } = currentOrNamed(request);
  if (retention === undefined) {
    throw new AwsError(
      'NoSuchObjectLockConfiguration',
      404,
      'The specified object does not have a ObjectLock configuration',
    );
  }
  const until = element('RetainUntilDate', new Date(retention.retainUntilMs).toISOString());
  return xmlReply(xmlDocument('Retention', `${element('Mode', retention.mode)}${until}`));
}

export function putObjectLegalHold(request: S3Request): AwsReply {
  const status = textOf(Buffer.from(request.call.body).toString('utf8'), 'Status');
  if (status !== 'ON' && status !== 'OFF') {
    throw malformedXml();
  }
  request.authorize('s3:PutObjectLegalHold', { 's3:object-lock-legal-hold': status });
  requireLock(request);
  const { legalHold: _before, ...version } = currentOrNamed(request);
  request.bucket.store.update({ ...version, ...(status === 'ON' && { legalHold: true }) });
  return { status: 200, body: '' };
}

export function getObjectLegalHold(request: S3Request): AwsReply {
  request.authorize('s3:GetObjectLegalHold');
  requireLock(request);
  const held = currentOrNamed(request).legalHold === true;
  return xmlReply(xmlDocument('LegalHold', element('Status', held ? 'ON' : 'OFF')));
}

/** A 200 with an XML document. */
export function xmlReply(body: string): AwsReply {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}
