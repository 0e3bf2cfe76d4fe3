import { describe, expect, it } from 'vitest';
import { witnessEndpoints } from '../../net/witness-endpoints.ts';
import { twoOfThree, witnesses } from './fake-witnesses.ts';

const policy = twoOfThree();
const withoutUrls = { ...policy, witnesses: policy.witnesses.map(({ name, key }) => ({ name, key })) };

describe('witnessEndpoints', () => {
  it('takes the policy’s own URLs when no others are given', () => {
    expect(witnessEndpoints(policy, [])).toMatchObject({
      ok: true,
      value: witnesses.map(({ key }) => ({ key, url: `https://${key.name}/w` })),
    });
  });

  it('takes the given URLs in the policy’s order when there is one for each witness', () => {
    const urls = ['http://127.0.0.1:1', 'https://b.example:444/prefix//', 'http://[::1]:3/'];
    const endpoints = witnessEndpoints(policy, urls);
    expect(endpoints.ok && endpoints.value.map(({ url }) => url)).toEqual([
      'http://127.0.0.1:1',
      'https://b.example:444/prefix',
      'http://[::1]:3',
    ]);
  });

  it('leaves a witness out when it has no URL and the others meet the quorum', () => {
    const two = { ...policy, witnesses: [...policy.witnesses.slice(0, 2), ...withoutUrls.witnesses.slice(2)] };
    const endpoints = witnessEndpoints(two, []);
    expect(endpoints.ok && endpoints.value.map(({ key }) => key.name)).toEqual(['a.example', 'b.example']);
  });

  it.each([
    ['too few', ['https://a.example'], 'for each of 3 witnesses, got 1'],
    ['a path', ['/a', '/b', '/c'], 'got `/a`'],
    ['another protocol', ['ftp://a', 'https://b', 'https://c'], 'got `ftp://a`'],
    ['a query', ['https://a?x=1', 'https://b', 'https://c'], 'got `https://a?x=1`'],
    ['a password', ['https://me:it@a', 'https://b', 'https://c'], 'got `https://me:it@a`'],
  ])('refuses when it is given %s', (_what, urls, words) => {
    const endpoints = witnessEndpoints(policy, urls);
    expect(endpoints).toMatchObject({ ok: false, problem: { code: 'witness_urls_invalid' } });
    expect(endpoints.ok ? '' : endpoints.problem.detail).toContain(words);
  });

  it('refuses when the quorum could never be met', () => {
    expect(witnessEndpoints(withoutUrls, [])).toMatchObject({ ok: false });
  });
});
