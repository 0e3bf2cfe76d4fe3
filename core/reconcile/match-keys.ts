import type { DeployedKey, KeyPurpose } from '../records/record-key-change.ts';
import type { RecordedGenerations } from '../records/recorded-keys.ts';
import type { Finding } from './finding.ts';

/** The keys of one purpose, as deployed and as recorded. */
export interface KeysOfPurpose {
  readonly purpose: KeyPurpose;
  readonly deployed: readonly DeployedKey[];
  readonly recorded: RecordedGenerations;
}

/**
 * Keys that were replaced or retired without the record that people approve. The first key of a purpose needs none: it
 * came with the deployment.
 */
export function matchKeys(purposes: readonly KeysOfPurpose[]): readonly Finding[] {
  return purposes.flatMap(({ purpose, deployed, recorded }) => {
    const highest = (standing: DeployedKey['standing']) =>
      Math.max(0, ...deployed.filter((key) => key.standing === standing).map(({ generation }) => generation));
    const [active, retired] = [highest('active'), highest('retired')];
    const isIntroduced = active <= 1 || recorded.introduced >= active;
    return [
      ...(isIntroduced ? [] : [unrecorded(purpose, active, 'in use', recorded.introduced)]),
      ...(recorded.retired >= retired ? [] : [unrecorded(purpose, retired, 'retired', recorded.retired)]),
    ];
  });
}

function unrecorded(purpose: KeyPurpose, generation: number, standing: string, recorded: number): Finding {
  return {
    code: 'key_unrecorded',
    key: `${purpose} ${generation}`,
    expected: `the record that the key is ${standing}`,
    got: recorded === 0 ? 'none' : `that of generation ${recorded}`,
  };
}
