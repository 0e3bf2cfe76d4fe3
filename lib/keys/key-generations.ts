import { Stack } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { KeyTerm } from '../config/key-terms.ts';

/** One key as deployed. */
export interface DeployedGeneration {
  readonly generation: number;
  readonly standing: 'active' | 'overlapping' | 'retired';
  readonly keyId: string;
}

/** How a key is made; a retired one is made so that nobody can use it. */
export type MakeKey = (id: string, isRetired: boolean) => Key;

/**
 * The keys of one purpose, one after the other. KMS does not rotate keys that sign or make MACs, so a new one is made
 * beside the old ones, which stay: what they signed is verified with their public halves.
 */
export class KeyGenerations {
  readonly active: Key;
  /** Works beside the active one while everyone goes over to that. */
  readonly overlapping: Key | undefined;
  readonly retired: readonly Key[];

  /** @param make called once for each generation, the first under `id` alone */
  constructor(id: string, { generation, overlap }: KeyTerm, make: MakeKey) {
    const firstInUse = overlap ? generation - 1 : generation;
    const made = (number: number) => make(number === 1 ? id : `${id}${number}`, number < firstInUse);
    this.retired = Array.from({ length: firstInUse - 1 }, (_none, index) => made(index + 1));
    this.overlapping = overlap ? made(generation - 1) : undefined;
    this.active = made(generation);
    for (const key of [...this.retired, this.overlapping ?? []].flat()) keepExported(key);
  }

  /** Keys that work, the active one first. */
  inUse(): readonly Key[] {
    return this.overlapping === undefined ? [this.active] : [this.active, this.overlapping];
  }

  /** Every key there ever was, as the function that records changes is told. */
  described(): readonly DeployedGeneration[] {
    const before = this.overlapping === undefined ? [] : [this.overlapping];
    const standings = [
      ...this.retired.map((key) => ({ key, standing: 'retired' as const })),
      ...before.map((key) => ({ key, standing: 'overlapping' as const })),
      { key: this.active, standing: 'active' as const },
    ];
    return standings.map(({ key, standing }, index) => ({ generation: index + 1, standing, keyId: key.keyId }));
  }

  /** Every key there ever was. */
  all(): readonly Key[] {
    return [...this.inUse(), ...this.retired];
  }
}

/** Stacks that stop using a key are deployed after the one that has it, which could not take its exports away by then. */
function keepExported(key: Key): void {
  const stack = Stack.of(key);
  stack.exportValue(key.keyArn);
  stack.exportValue(key.keyId);
}
