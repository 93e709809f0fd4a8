// A second client of PROTOCOL.md, written from that page alone, for the tests:
//
//	node client.mjs URL VERIFIER-KEY JURISDICTION LAST FIRST BIRTH-DATE
//
// Names are in canonical form. It prints what it found by filter and by bucket,
// as one JSON object, and refuses with an error whatever does not verify.
import { createHash, createHmac, createPublicKey, randomBytes, verify } from 'node:crypto';
import { ristretto255_oprf } from '@noble/curves/ed25519.js';

const [base, verifierKey, jurisdiction, last, first, born] = process.argv.slice(2);

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const hmac = (key, ...parts) => createHmac('sha256', key).update(Buffer.concat(parts)).digest();
const u16 = (n) => { const b = Buffer.alloc(2); b.writeUInt16BE(n); return b; };
const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
const prefixed = (b) => Buffer.concat([u16(b.length), b]);
function must(condition, what) { if (!condition) throw new Error(`refused: ${what}`); }

async function get(path, limit) {
  const response = await fetch(base + path);
  must(response.status === 200, `${path.slice(0, 6)} has status ${response.status}`);
  const body = Buffer.from(await response.arrayBuffer());
  must(body.length <= limit, 'a file is too long');
  return body;
}

// Section 3: a C2SP signed note with an Ed25519 signature.
function openNote(note) {
  const parts = verifierKey.trim().split('+');
  const [name, id, encoded] = [parts[0], parts[1], parts.slice(2).join('+')];
  const key = Buffer.from(encoded, 'base64');
  must(key.length === 33 && key[0] === 1, 'the verifier key');
  must(sha256(Buffer.from(name + '\n'), key).subarray(0, 4).toString('hex') === id, 'the id of the verifier key');
  const end = note.lastIndexOf('\n\n');
  const text = note.subarray(0, end + 1);
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.subarray(1)]);
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const signed = note.subarray(end + 2).toString().split('\n').some((line) => {
    const [dash, signer, signature] = line.split(' ');
    if (dash !== '\u2014' || signer !== name) return false;
    const bytes = Buffer.from(signature, 'base64');
    return bytes.subarray(0, 4).toString('hex') === id && verify(null, text, publicKey, bytes.subarray(4));
  });
  must(signed, 'the signature of the manifest');
  return JSON.parse(text.toString());
}

// Section 7: always four elements, those not needed blinded random inputs.
async function evaluate(key, x) {
  const inputs = [x, randomBytes(32), randomBytes(32), randomBytes(32)];
  const blinds = inputs.map((input) => ristretto255_oprf.voprf.blind(input));
  const body = Buffer.concat([u16(key.id), ...blinds.map((b) => b.blinded)]);
  must(body.length === 130, 'the length of the request');
  const response = await fetch(base + '/v1/evaluate', { method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body });
  must(response.status === 200, `the evaluation has status ${response.status}`);
  const answer = new Uint8Array(await response.arrayBuffer());
  must(answer.length === 192, 'the length of the answer');
  const items = inputs.map((input, i) => ({ input, ...blinds[i], evaluated: answer.slice(32 * i, 32 * i + 32) }));
  const publicKey = Uint8Array.from(Buffer.from(key.public_key, 'hex'));
  return Buffer.from(ristretto255_oprf.voprf.finalizeBatch(items, publicKey, answer.slice(128))[0]); // verifies the proof
}

// Section 1: the entry of a dataset.
function entry(y, dataset) {
  const b = hmac(y, Buffer.from('vrx1/entry'), Buffer.from([dataset.dataset.length]), Buffer.from(dataset.dataset), u32(dataset.generation));
  return { tag: b.readBigUInt64BE(0), filterKey: b.readBigUInt64LE(0), pad: b.readUInt32BE(8) };
}

// Section 5.
const mask64 = (n) => BigInt.asUintN(64, n);
function inFilter(f, filterKey) {
  must(f.subarray(0, 4).toString() === 'VRXF' && f[4] === 1 && f[5] === 16 && f.readUInt16LE(6) === 0 && f.readUInt32LE(28) === 0, 'the header of a filter');
  const [seed, length, segments] = [f.readBigUInt64LE(8), BigInt(f.readUInt32LE(20)), BigInt(f.readUInt32LE(24))];
  must(BigInt(f.length) === 32n + 2n * (segments + 2n) * length, 'the length of a filter');
  let h = mask64(filterKey + seed);
  h ^= h >> 33n; h = mask64(h * 0xff51afd7ed558ccdn); h ^= h >> 33n; h = mask64(h * 0xc4ceb9fe1a85ec53n); h ^= h >> 33n;
  const a = (h * segments * length) >> 64n;
  const b = (a + length) ^ ((h >> 18n) & (length - 1n));
  const c = (a + 2n * length) ^ (h & (length - 1n));
  const cell = (i) => f.readUInt16LE(32 + 2 * Number(i));
  return (cell(a) ^ cell(b) ^ cell(c)) === Number((h ^ (h >> 32n)) & 0xffffn);
}

// Section 6: the proof first, then the header, then the entries.
function openBucket(file, key, bits, number, root) {
  const body = file.subarray(0, file.length - 32 * bits);
  let node = sha256(Buffer.from([0]), body);
  for (let level = 0; level < bits; level++) {
    const beside = file.subarray(body.length + 32 * level, body.length + 32 * level + 32);
    node = (number >> level) & 1 ? sha256(Buffer.from([1]), beside, node) : sha256(Buffer.from([1]), node, beside);
  }
  must(node.toString('hex') === root, 'the proof of a bucket');
  must(body.subarray(0, 4).toString() === 'VRXB' && body[4] === 1 && body[5] === bits, 'the header of a bucket');
  must(body.readUInt16BE(6) === key.id && body.readUInt32BE(8) === number, 'the name of a bucket');
  must(body.length === 16 + 14 * body.readUInt32BE(12), 'the length of a bucket');
  const entries = [];
  for (let at = 16; at < body.length; at += 14) {
    entries.push({ tag: body.readBigUInt64BE(at), dataset: body.readUInt16BE(at + 8), sealed: body.readUInt32BE(at + 10) });
  }
  return entries;
}

const manifest = openNote(await get('/v1/manifest', 256 << 10));
must(manifest.canonical === 'rc1', 'the version of the canonical form');
const key = manifest.keys.find((k) => k.jurisdiction === jurisdiction);
const reference = manifest.lists.find((l) => l.jurisdiction === jurisdiction);
const listBytes = await get(`/v1/l/${reference.sha256}`, 8 << 20);
must(sha256(listBytes).toString('hex') === reference.sha256, 'the hash of a list');
const list = JSON.parse(listBytes.toString());
must(list.jurisdiction === jurisdiction, 'the jurisdiction of a list');

const names = Buffer.concat([prefixed(Buffer.from(last)), prefixed(Buffer.from(first))]);
const x = Buffer.concat([Buffer.from('rc1\u0001'), names, prefixed(Buffer.from(born))]); // key type 1, name-dob
const y = await evaluate(key, x);

const byFilter = [];
for (const file of list.files) {
  const bytes = await get(`/v1/f/${file.sha256}`, file.bytes);
  must(sha256(bytes).toString('hex') === file.sha256, 'the hash of a filter');
  const dataset = list.datasets.find((d) => d.dataset === file.dataset);
  if (file.key_type === 'name-dob' && inFilter(bytes, entry(y, dataset).filterKey)) byFilter.push(dataset.dataset);
}

const { bits, root } = list.buckets;
const group = sha256(Buffer.from('vrx1-bucket'), names).readUInt16BE(0);
const number = group >> (16 - bits);
const entries = openBucket(await get(`/v1/b/${root}/${number}`, list.buckets.bytes), key, bits, number, root);
const byBucket = [];
for (const dataset of list.datasets) {
  const { tag, pad } = entry(y, dataset);
  const hit = entries.find((e) => e.tag === tag && e.dataset === dataset.number);
  if (hit) byBucket.push({ dataset: dataset.dataset, mask: (hit.sealed ^ pad) >>> 0 });
}
console.log(JSON.stringify({ filter: byFilter, bucket: byBucket }));
