import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHosts, readHostsFile } from '../../../src/http/dns/hosts-file.ts';

test('names have the addresses of all their lines; comments and nonsense have none', () => {
  const table = parseHosts(
    '# comment\r\n127.0.0.1\tlocalhost Local.Name # more\r\n\n::1 localhost\nfe80::1%lo0 zone\nnonsense x\n1.2.3.4\n',
  );
  assert.deepEqual(table.get('localhost'), [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]);
  assert.deepEqual(table.get('local.name'), [{ address: '127.0.0.1', family: 4 }]);
  assert.equal(table.has('x'), false);
  assert.equal(table.has('#'), false);
});

test('a file that is not there is an empty table', () => {
  assert.equal(readHostsFile('/no/such/file').size, 0);
});
