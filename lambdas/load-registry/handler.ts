import { loadDeclarations } from '../../core/authority/load.ts';
import { taskHandler } from '../shared/stack.ts';
import { coreDeps } from '../shared/wiring.ts';
import { RegistryLoad } from './schema.ts';

/** Stores what the institution declares: agents, units, facts. All of it is checked before any of it is stored. */
export const handler = taskHandler(RegistryLoad, async (declarations) => {
  const loaded = await loadDeclarations(coreDeps(), declarations);
  if (!loaded.ok) throw new Error(`expected to record the load, got ${loaded.problem.attempts} conflicts; load again`);
  return loaded.value;
});
