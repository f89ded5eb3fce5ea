// SPDX-License-Identifier: EUPL-1.2
// The one form of zip file in which a package travels: stored, not compressed, no date, nothing between. Read here, it must be byte for
// byte what would be written from what is in it. The same bytes come out of zegel.records.zipped.
import { equal, fromUtf8, utf8 } from "../seal/bytes";
import { must } from "../seal/errors";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const DATE = 0x0021;
const VERSION = 20;

let table: Uint32Array | null = null;

function crcTable(): Uint32Array {
  const made = new Uint32Array(256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = (c & 1) === 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    made[n] = c >>> 0;
  }
  return made;
}

export function crc32(data: Uint8Array): number {
  table ??= crcTable();
  let c = 0xffffffff;
  for (let i = 0; i < data.length; i++) c = table[(c ^ data[i]!) & 0xff]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

function numbers(...parts: readonly (readonly [size: 2 | 4, value: number])[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of parts) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return bytes;
}

/** The parts of the file, in order, to be made a Blob of. */
export function zipParts(files: readonly (readonly [name: string, data: Uint8Array])[]): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let at = 0;
  for (const [name, data] of files) {
    const label = utf8(name);
    const common = [[2, 0], [2, 0], [2, 0], [2, DATE], [4, crc32(data)], [4, data.length], [4, data.length], [2, label.length], [2, 0]] as const;
    parts.push(numbers([4, LOCAL], [2, VERSION], ...common), label, data);
    central.push(numbers([4, CENTRAL], [2, VERSION], [2, VERSION], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]), label);
    at += 30 + label.length + data.length;
  }
  const size = central.reduce((sum, { length }) => sum + length, 0);
  must(at + size < 2 ** 32, "length", "a package is of four gigabytes at most");
  return [...parts, ...central, numbers([4, END], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, size], [4, at], [2, 0])];
}

/** The files by name, in their order; `encoding` when a byte of the frame is not what it should be. */
export function readZip(data: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;
  while (at + 30 <= data.length && view.getUint32(at, true) === LOCAL) {
    const [size, length, extra] = [view.getUint32(at + 18, true), view.getUint16(at + 26, true), view.getUint16(at + 28, true)];
    const start = at + 30 + length + extra;
    must(start + size <= data.length, "length", "the package is cut off");
    const name = fromUtf8(data.subarray(at + 30, at + 30 + length));
    must(name !== "" && !found.has(name), "encoding", "a file is in it twice, or without a name");
    found.set(name, data.subarray(start, start + size));
    at = start + size;
  }
  let checked = 0;
  for (const part of zipParts([...found])) {
    must(equal(data.subarray(checked, checked + part.length), part), "encoding", "it is not the package that was made: a byte of its frame was changed, added or lost");
    checked += part.length;
  }
  must(found.size > 0 && checked === data.length, "encoding", "it is not the package that was made: a byte of its frame was changed, added or lost");
  return found;
}

/** Whether this looks like a package, before it is checked. */
export const isZip = (data: Uint8Array): boolean => data.length > 4 && new DataView(data.buffer, data.byteOffset).getUint32(0, true) === LOCAL;
