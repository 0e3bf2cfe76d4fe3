import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EVENT_TYPES } from '../../../core/ledger/event.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/specs/ledger.md'), 'utf8');

test.each(EVENT_TYPES)('the format page says what %s holds', (type) => {
  expect(PAGE).toMatch(new RegExp(`^\\| [^|]*\`${type.replace('.', '\\.')}\`[^|]*\\| .+ \\|$`, 'm'));
});
