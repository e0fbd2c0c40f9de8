import { isRecord } from "../world.ts";

/** A target attribute such as `emails[type eq "work"].value`, taken apart. */
export interface ScimPath {
  /** The schema of an extension; undefined for an attribute of the core. */
  readonly extension: string | undefined;
  readonly attribute: string;
  /** What singles out one of many values. */
  readonly filter: { readonly name: string; readonly value: string } | undefined;
  readonly part: string | undefined;
}

const PATH = /^([\w$-]+)(?:\[(\w+) eq (?:"([^"]*)"|(true|false))\])?(?:\.([\w$-]+))?$/i;

/** By this name an object is reached that all others share: no attribute is called so. */
const SHARED = "__proto__";

/** Takes a path apart; undefined for one that is none. */
export function parsePath(text: string): ScimPath | undefined {
  const end = text.startsWith("urn:")
    ? text.lastIndexOf(":", text.includes("[") ? text.indexOf("[") : undefined)
    : -1;
  const match = PATH.exec(text.slice(end + 1));
  if (match === null) return undefined;
  const [, attribute = "", name, quoted, bare, part] = match;
  if ([attribute, name, part].includes(SHARED)) return undefined;
  return {
    extension: end === -1 ? undefined : text.slice(0, end),
    attribute,
    filter: name === undefined ? undefined : { name, value: quoted ?? bare ?? "" },
    part,
  };
}

/** Reads one attribute of a resource; of many values a list. */
export function readPath(resource: Record<string, unknown>, text: string): unknown {
  const path = parsePath(text);
  if (path === undefined) return undefined;
  const holder = path.extension === undefined ? resource : resource[path.extension];
  if (!isRecord(holder)) return undefined;
  const value = valueOf(holder, path.attribute);
  const { filter, part } = path;
  if (filter !== undefined) {
    const found = Array.isArray(value)
      ? value.filter(isRecord).find((item) => fits(item, filter))
      : undefined;
    return part === undefined || found === undefined ? found : valueOf(found, part);
  }
  if (part === undefined) return Array.isArray(value) ? value.map(plain) : value;
  if (Array.isArray(value)) return value.filter(isRecord).map((item) => valueOf(item, part));
  return isRecord(value) ? valueOf(value, part) : undefined;
}

/** Writes one attribute of a resource in place; `undefined` takes it away. */
export function writePath(resource: Record<string, unknown>, path: ScimPath, value: unknown): void {
  const holder = path.extension === undefined ? resource : child(resource, path.extension);
  const { attribute, filter, part } = path;
  const name = nameOf(holder, attribute);
  if (filter !== undefined) {
    const items = Array.isArray(holder[name]) ? holder[name].filter(isRecord) : [];
    let item = items.find((one) => fits(one, filter));
    if (item === undefined && value !== undefined) {
      item = {
        [filter.name]: /^(true|false)$/i.test(filter.value) ? /^true$/i.test(filter.value) : filter.value,
      };
      items.push(item);
    }
    if (item !== undefined) {
      const next = part === undefined ? value : { ...item, [nameOf(item, part)]: value };
      items.splice(items.indexOf(item), 1, ...(isRecord(next) && isWorthKeeping(next, filter) ? [next] : []));
    }
    put(holder, name, items.length === 0 ? undefined : items);
  } else if (part === undefined) put(holder, name, value);
  else {
    const object = isRecord(holder[name]) ? holder[name] : {};
    put(object, nameOf(object, part), value);
    put(holder, name, Object.keys(object).length === 0 ? undefined : object);
  }
  if (path.extension !== undefined && Object.keys(holder).length === 0) delete resource[path.extension];
}

function child(resource: Record<string, unknown>, name: string): Record<string, unknown> {
  const known = resource[name];
  if (isRecord(known)) return known;
  const made: Record<string, unknown> = {};
  resource[name] = made;
  return made;
}

/** Whether one of many values says more than which one it is. */
function isWorthKeeping(item: Record<string, unknown>, { name }: { name: string }): boolean {
  return Object.entries(item).some(([key, value]) => key !== name && value !== undefined);
}

function put(object: Record<string, unknown>, name: string, value: unknown): void {
  if (value === undefined) delete object[name];
  else object[name] = value;
}

function fits(item: Record<string, unknown>, { name, value }: { name: string; value: string }): boolean {
  return String(valueOf(item, name)).toLowerCase() === value.toLowerCase();
}

/** SCIM's attribute names are compared without regard to case. */
function nameOf(object: Record<string, unknown>, name: string): string {
  return Object.keys(object).find((key) => key.toLowerCase() === name.toLowerCase()) ?? name;
}

function valueOf(object: Record<string, unknown>, name: string): unknown {
  const key = nameOf(object, name);
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function plain(item: unknown): unknown {
  return isRecord(item) && "value" in item ? item["value"] : item;
}
