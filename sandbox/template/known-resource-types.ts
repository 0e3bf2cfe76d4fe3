import type { ResourceTypeTable } from './resource-type.ts';
import { computeTypes } from './types/compute-types.ts';
import { edgeTypes } from './types/edge-types.ts';
import { identityTypes } from './types/identity-types.ts';
import { storageTypes } from './types/storage-types.ts';

/**
 * Every resource type a template may use. A type that is not here stops the sandbox at start; what a type's line
 * calls not emulated is left out knowingly.
 */
export const knownResourceTypes: ResourceTypeTable = {
  ...identityTypes,
  ...storageTypes,
  ...computeTypes,
  ...edgeTypes,
};
