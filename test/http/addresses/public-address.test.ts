import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isPublicAddress } from '../../../src/http/addresses/public-address.ts';

const refused: Readonly<Record<string, readonly string[]>> = {
  'this network (RFC 791)': ['0.0.0.0', '0.1.2.3'],
  'private (RFC 1918)': ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  'shared address space (RFC 6598)': ['100.64.0.1', '100.127.255.255'],
  'loopback (RFC 1122)': ['127.0.0.1', '127.255.255.254', '::1'],
  'link-local and cloud metadata (RFC 3927)': ['169.254.0.1', '169.254.169.254', 'fe80::1'],
  'protocol assignments (RFC 6890)': ['192.0.0.1', '192.0.0.170'],
  'documentation (RFC 5737, 3849, 9637)': ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
  '6to4 relays (RFC 7526)': ['192.88.99.1'],
  'benchmarking (RFC 2544, 5180)': ['198.18.0.1', '198.19.255.255', '2001:2::1'],
  'multicast (RFC 5771, 4291)': ['224.0.0.1', '239.255.255.255', 'ff02::1'],
  'reserved and broadcast (RFC 1112, 919)': ['240.0.0.1', '255.255.255.255'],
  'unspecified (RFC 4291)': ['::'],
  'unique-local and its metadata address (RFC 4193)': ['fc00::1', 'fd00:ec2::254'],
  'site-local (RFC 3879)': ['fec0::1'],
  'discard (RFC 6666)': ['100::1'],
  'IPv4-mapped, of one that is refused (RFC 4291)': ['::ffff:127.0.0.1', '::ffff:a00:1'],
  'IPv4-compatible (RFC 4291)': ['::7f00:1', '::8.8.8.8'],
  'NAT64, of one that is refused (RFC 6052)': ['64:ff9b::7f00:1', '64:ff9b::169.254.169.254'],
  'local NAT64 (RFC 8215)': ['64:ff9b:1::808:808'],
  '6to4 (RFC 3056)': ['2002:7f00:1::', '2002:808:808::1'],
  'Teredo (RFC 4380)': ['2001::1'],
  'ORCHID (RFC 4843, 7343)': ['2001:10::1', '2001:20::1'],
  'segment routing (RFC 9602)': ['5f00::1'],
  'unassigned space': ['4000::1', 'a000::1'],
  'no address': ['', 'example.org', '1.2.3', '127.1', '[::1]'],
};

describe('refused', () => {
  for (const [range, addresses] of Object.entries(refused)) {
    test(range, () => {
      for (const address of addresses) assert.equal(isPublicAddress(address), false, address);
    });
  }
});

test('public addresses are allowed, the borders of private ranges among them', () => {
  const allowed = ['8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '172.15.255.255'];
  allowed.push('172.32.0.0', '198.17.255.255', '223.255.255.255', '2606:4700::1111', '2a00:1450:4001::1');
  allowed.push('::ffff:8.8.8.8', '64:ff9b::808:808');
  for (const address of allowed) assert.equal(isPublicAddress(address), true, address);
});

test('an IPv4 address is judged alike by itself, mapped and behind NAT64', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const isAllowed = isPublicAddress(address);
      assert.equal(isPublicAddress(`::ffff:${address}`), isAllowed);
      assert.equal(isPublicAddress(`64:ff9b::${address}`), isAllowed);
    }),
  );
});
