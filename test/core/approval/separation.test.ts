import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Person, SeparationDuty } from '../../../core/approval/separation.ts';
import { mayReadRequests, normaliseIdentity, ownerOf, separationProblem } from '../../../core/approval/separation.ts';
import { CorruptState } from '../../../core/state/stored.ts';
import { AGENT, amy, bob, guest, mia, owner } from './scene.ts';

const none: SeparationDuty = { agentId: AGENT, owner, earlier: [], approvals: 2, managers: 1 };
const early = (person: Person, manager = false) => ({ subject: person.subject, aliases: person.aliases, manager });

describe('normaliseIdentity', () => {
  it.each([
    [' Agent-7 ', 'agent-7'],
    ['ag\u200bent-7', 'agent-7'],
    ['\u202eagent-7\u2069', 'agent-7'],
    ['ａｇｅｎｔ-７', 'agent-7'],
    ['AGENT\u00ad-7', 'agent-7'],
    ['Straße', 'strasse'],
    ['agent-7\u0000', 'agent-7'],
    ['\ufeffagent-7\u3164', 'agent-7'],
  ])('maps %j to %j', (text, expected) => {
    expect(normaliseIdentity(text)).toBe(expected);
  });

  it('changes nothing when it is applied again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = normaliseIdentity(text);
        expect(normaliseIdentity(once)).toBe(once);
      }),
    );
  });
});

describe('separationProblem', () => {
  it.each<[string, Person, Partial<SeparationDuty>, string | undefined]>([
    ['an approver is first of two', amy, {}, undefined],
    ['a manager is first of two', mia, {}, undefined],
    ['a manager follows an approver', mia, { earlier: [early(amy)] }, undefined],
    ['an approver follows a manager', amy, { earlier: [early(mia, true)] }, undefined],
    ['an approver follows an approver', bob, { earlier: [early(amy)] }, 'manager_required'],
    ['one approver suffices', amy, { approvals: 1, managers: 0 }, undefined],
    ['the one approver must be a manager', amy, { approvals: 1, managers: 1 }, 'manager_required'],
    ['the person has no group', guest, {}, 'not_an_approver'],
    ['the person has no subject', { ...amy, subject: ' \u200b' }, {}, 'not_an_approver'],
    ['the owner approves', owner, {}, 'self_approval'],
    ["the owner's subject is spelled otherwise", { ...amy, subject: ' SUB-Owner\u200b' }, {}, 'self_approval'],
    ["an alias is the owner's alias", { ...amy, aliases: ['OLGA@bank.example'] }, {}, 'self_approval'],
    ["an alias is the owner's subject", { ...amy, aliases: ['sub-owner'] }, {}, 'self_approval'],
    ["the subject is the owner's alias", { ...amy, subject: 'olga' }, {}, 'self_approval'],
    ['the agent itself approves', { ...amy, subject: AGENT.toUpperCase() }, {}, 'self_approval'],
    ['the agent hides in an alias', { ...amy, aliases: [`${AGENT} `] }, {}, 'self_approval'],
    ['an owner without any group tries', { ...owner, groups: [] }, {}, 'self_approval'],
    ['nobody knows the owner', amy, { owner: undefined }, 'owner_unknown'],
    ['the same person comes twice', mia, { earlier: [early(mia, true)] }, 'already_decided'],
    [
      'the same person signs in under another subject',
      { ...mia, subject: 'sub-mia-2' },
      { earlier: [early(mia, true)] },
      'already_decided',
    ],
  ])('answers rightly when %s', (_name, person, change, expected) => {
    expect(separationProblem(person, { ...none, ...change })).toBe(expected);
  });
});

describe('ownerOf', () => {
  it('is unknown when there is no registration or no subject', () => {
    expect(ownerOf(undefined)).toBeUndefined();
    expect(ownerOf({ ownerSubject: ' ', ownerAliases: [] })).toBeUndefined();
  });

  it('throws when the registration is corrupt', () => {
    expect(() => ownerOf({ ownerAliases: [] })).toThrow(CorruptState);
  });
});

describe('mayReadRequests', () => {
  it('holds for reading groups only', () => {
    expect([amy, mia, guest].map(mayReadRequests)).toEqual([true, true, true]);
    expect(mayReadRequests({ ...amy, groups: ['agent-owner'] })).toBe(false);
    expect(mayReadRequests({ ...amy, groups: [] })).toBe(false);
  });
});
