import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vectorFiles } from './vector-files.ts';

const folder = join(import.meta.dirname, '../../test/vectors');
mkdirSync(folder, { recursive: true });
for (const [name, text] of vectorFiles()) writeFileSync(join(folder, name), text);
