import { describe, expect, it } from 'vitest';
import { linkMac, linkMacMatches, taskLink } from '../../../core/approval/link.ts';

const key = new Uint8Array(32).fill(7);

describe('linkMac', () => {
  it('matches only the same request and key', () => {
    const mac = linkMac(key, 'act_1');
    expect(linkMacMatches(key, 'act_1', mac)).toBe(true);
    expect(linkMacMatches(key, 'act_2', mac)).toBe(false);
    expect(linkMacMatches(new Uint8Array(32).fill(8), 'act_1', mac)).toBe(false);
  });

  it.each(['', 'short', '!', 'A'.repeat(43), `${linkMac(key, 'act_1')}A`, `${linkMac(key, 'act_1')}=`])(
    'refuses %j',
    (mac) => {
      expect(linkMacMatches(key, 'act_1', mac)).toBe(false);
    },
  );

  it('throws when the key has another length', () => {
    expect(() => linkMac(new Uint8Array(31), 'act_1')).toThrow(RangeError);
  });
});

describe('taskLink', () => {
  it('carries the id and the mac and nothing else', () => {
    expect(taskLink('https://gate.example/v1', key, 'act_1')).toBe(
      `https://gate.example/v1/approvals/act_1?mac=${linkMac(key, 'act_1')}`,
    );
  });
});
