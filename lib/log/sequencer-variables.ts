import type { DeploymentConfig } from '../config/schema.ts';

/** The log's name: the configured one, or one made of where it is. */
export function logOrigin(config: DeploymentConfig): string {
  return config.log.origin ?? `countersign/${config.account}/${config.region}`;
}

/** What the sequencer is told besides names of stores and keys. Absent witnesses and timestamps are empty texts. */
export function sequencerVariables(config: DeploymentConfig): { readonly [name: string]: string } {
  const { witnessPolicy, timestamps } = config.log;
  return {
    LOG_ORIGIN: logOrigin(config),
    LOG_MERGE_DELAY_SECONDS: String(config.log.mergeDelaySeconds),
    WITNESS_POLICY: witnessPolicy ?? '',
    TIMESTAMP_URL: timestamps?.url ?? '',
    TIMESTAMP_TRUST_ANCHORS: timestamps?.trustAnchors ?? '',
    TIMESTAMP_POLICY: timestamps?.policy ?? '',
  };
}
