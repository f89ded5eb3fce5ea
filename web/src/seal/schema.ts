// SPDX-License-Identifier: EUPL-1.2
// A signed object's body is a CBOR array whose places have names and rules. A schema says both once; reading, writing and
// the TypeScript type follow from it.
import type { Bytes } from "./bytes";
import { type Value, decode, encode } from "./encoding";
import { SealError, must } from "./errors";

/** One place: how to check it on the way in, and how to write it. */
export interface Field<T> {
  read(value: Value, where: string): T;
  write(value: T): Value;
}

export type TypeOf<F> = F extends Field<infer T> ? T : never;

function wrong(where: string, wanted: string): never {
  throw new SealError("field", `${where}: ${wanted} expected`);
}

function plain<T extends Value>(is: (value: Value) => value is T, wanted: string): Field<T> {
  const check = (value: Value, where: string): T => (is(value) ? value : wrong(where, wanted));
  return { read: check, write: (value) => check(value, "value") };
}

export function uint(max = Number.MAX_SAFE_INTEGER, min = 0): Field<number> {
  return plain((value): value is number => typeof value === "number" && value >= min && value <= max, `a number from ${min} to ${max}`);
}

export function bytes(size: number | { readonly min: number; readonly max: number }): Field<Bytes> {
  const [min, max] = typeof size === "number" ? [size, size] : [size.min, size.max];
  return plain((value): value is Bytes => value instanceof Uint8Array && value.length >= min && value.length <= max, `${min} to ${max} bytes`);
}

/** Text without control characters; sizes in code points, as Python counts. */
export function text(max = 200, min = 1): Field<string> {
  const fits = (value: string): boolean => [...value].length >= min && [...value].length <= max && !/\p{Cc}/u.test(value);
  return plain((value): value is string => typeof value === "string" && fits(value), `text of ${min} to ${max} characters`);
}

/** A name in lower-case ASCII, such as a class or a kind. */
export const word: Field<string> = plain((value): value is string => typeof value === "string" && /^[a-z][a-z0-9_]{0,31}$/.test(value), "a word of a-z, 0-9 and _");

export function oneOf<const T extends string | number>(...allowed: readonly T[]): Field<T> {
  return plain((value): value is T => (allowed as readonly Value[]).includes(value), `one of ${allowed.join(", ")}`);
}

export const bool: Field<boolean> = plain((value): value is boolean => typeof value === "boolean", "true or false");
export const id = bytes(16);
export const hash = bytes(32);
export const publicKey = bytes(32);
/** Milliseconds UTC. */
export const ms = uint();
export const version: Field<1> = oneOf(1);
export const suiteNumber = oneOf(1, 2);
export const trackNumber = oneOf(1, 2, 3, 4);
/** An opening key of either suite: 32 bytes (X25519) or 1216 (X-Wing). */
export const openPublicKey = bytes({ min: 32, max: 1216 });
/** HPKE output: encapsulated key, ciphertext and tag. */
export const sealedBytes = bytes({ min: 48, max: 1 << 19 });

/** Sorted, nothing twice. */
export function rising<T extends string | number>(keys: readonly T[], what: string): void {
  must(keys.every((key, i) => i === 0 || keys[i - 1]! < key), "field", `${what} must be sorted, nothing twice`);
}

export function nullable<T>(field: Field<T>): Field<T | null> {
  return {
    read: (value, where) => (value === null ? null : field.read(value, where)),
    write: (value) => (value === null ? null : field.write(value)),
  };
}

export function list<T>(field: Field<T>, max: number, min = 0): Field<readonly T[]> {
  const size = (length: number, where: string): void => {
    if (length < min || length > max) wrong(where, `${min} to ${max} items`);
  };
  return {
    read(value, where) {
      if (!Array.isArray(value)) wrong(where, "a list");
      size(value.length, where);
      return (value as readonly Value[]).map((item, i) => field.read(item, `${where}[${i}]`));
    },
    write(items) {
      size(items.length, "list");
      return items.map((item) => field.write(item));
    },
  };
}

// `any` here only lets names of different types sit in one shape; RecordOf gives each its own type back.
export type Shape = Readonly<Record<string, Field<any>>>;
export type RecordOf<S extends Shape> = { readonly [K in keyof S]: TypeOf<S[K]> };

/** Places at the end that came later: all there or none, and none exactly while each is empty (null or no items). */
export interface Later<L extends Shape> {
  readonly shape: L;
  readonly empty: RecordOf<L>;
}

function isEmpty(value: Value): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

/** An array whose places are the shape's names, in the order written. */
export function record<S extends Shape, L extends Shape = Record<never, never>>(shape: S, later?: Later<L>): Field<RecordOf<S> & RecordOf<L>> {
  const names = Object.keys(shape);
  const more = Object.keys(later?.shape ?? {});
  const field = (name: string): Field<unknown> => (shape[name] ?? later!.shape[name])!;
  const write = (whole: unknown, name: string): Value => {
    const item = (whole as Record<string, unknown>)[name];
    must(item !== undefined, "field", `${name} is missing`);
    return field(name).write(item);
  };
  return {
    read(value, where) {
      if (!Array.isArray(value) || (value.length !== names.length && value.length !== names.length + more.length)) wrong(where, `an array of ${names.length}`);
      const items = value as readonly Value[];
      const all = items.length === names.length ? names : [...names, ...more];
      if (all.length > names.length && items.slice(names.length).every(isEmpty)) wrong(where, "no fields that say nothing");
      const read = Object.fromEntries(all.map((name, i) => [name, field(name).read(items[i]!, `${where}.${name}`)]));
      return { ...(later?.empty ?? {}), ...read } as RecordOf<S> & RecordOf<L>;
    },
    write(whole) {
      const last = more.map((name) => write(whole, name));
      return [...names.map((name) => write(whole, name)), ...(last.every(isEmpty) ? [] : last)];
    },
  };
}

/** A kind of object: its name in the signed bytes, and its body. `check` holds the rules that span places. */
export interface Kind<T> {
  readonly object: string;
  encode(value: T): Bytes;
  decode(body: Uint8Array): T;
}

export function kind<T>(object: string, field: Field<T>, check: (value: T) => void = () => {}): Kind<T> {
  return {
    object,
    encode(value) {
      check(value);
      return encode(field.write(value));
    },
    decode(body) {
      const value = field.read(decode(body), object);
      check(value);
      return value;
    },
  };
}
