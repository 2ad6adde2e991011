import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AddressBlocks, addressBlockProblem } from '../../../src/http/addresses/address-blocks.ts';

test('a block has the addresses from its first to its last, and no others', () => {
  const blocks = new AddressBlocks(['10.1.0.0/16', '192.0.2.7', 'fd00::/8', '2001:db8::1']);
  for (const address of ['10.1.0.0', '10.1.255.255', '192.0.2.7', 'fd00::', 'fdff::1', '2001:db8:0:0::1']) {
    assert.equal(blocks.has(address), true, address);
  }
  for (const address of ['10.0.255.255', '10.2.0.0', '192.0.2.8', 'fe00::', '2001:db8::2', '::1', '']) {
    assert.equal(blocks.has(address), false, address);
  }
});

test('an IPv4 address is found in whatever IPv6 address carries it', () => {
  const blocks = new AddressBlocks(['169.254.169.254']);
  for (const address of [
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
  ]) {
    assert.equal(blocks.has(address), true, address);
  }
});

test('an address is in its block on whichever interface', () => {
  assert.equal(new AddressBlocks(['fe80::/10']).has('fe80::1%eth0'), true);
});

test('an address is in the block of any length that it is the first of, and of length 0', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      assert.equal(new AddressBlocks([address]).has(address), true);
      assert.equal(new AddressBlocks(['0.0.0.0/0', '::/0']).has(address), true);
    }),
  );
});

test('a text that is no block is told what would be one', () => {
  for (const text of ['10.0.0.0/8', '0.0.0.0/0', '::/0', '1.2.3.4', '1.2.3.4/32', '2001:db8::/32', ' 10.0.0.0/8 ']) {
    assert.equal(addressBlockProblem(text), undefined, text);
  }
  const noBlock = /^an address or a CIDR block such as 10\.0\.0\.0\/8/;
  for (const text of ['', 'example.org', '10.0.0', '10.0.0.0/8/8', 'fe80::1%eth0', '010.0.0.0/8', '10.0.0.0/x', '/8']) {
    assert.match(addressBlockProblem(text) ?? '', noBlock, text);
  }
  assert.match(addressBlockProblem('10.0.0.0/33') ?? '', /0 to 32/);
  assert.match(addressBlockProblem('::/129') ?? '', /0 to 128/);
  assert.equal(addressBlockProblem('10.1.2.3/8'), 'the first address of the block: 10.0.0.0/8');
  assert.equal(addressBlockProblem('2001:db8::1/32'), 'the first address of the block: 2001:db8::/32');
});
