import type { Expectation, Fault } from "../../errors.ts";

/** How requests leave this machine, as its environment says. */
export interface Proxies {
  /** What is wrong with the variable that names the proxy; no password is in it. */
  readonly faults: readonly Fault[];
  /** The proxy on the way to `url`, credentials included; undefined where the way is direct. */
  readonly proxyFor: (url: URL) => URL | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy from `HTTPS_PROXY`, `ALL_PROXY` or `HTTP_PROXY` (in either letter case), and the exceptions from
 * `NO_PROXY`. This machine itself is never reached through a proxy.
 *
 * Read here rather than by the library, which takes an address without `http://` for another protocol
 * (Windows administrators write `proxy.corp:8080`) and knows neither `*` nor `*.corp` in `NO_PROXY`.
 */
export function readProxies(environment: Environment): Proxies {
  const given = find(environment, "HTTPS_PROXY", "ALL_PROXY", "HTTP_PROXY");
  const exceptions = toExceptions(find(environment, "NO_PROXY")?.text ?? "");
  if (given === undefined || exceptions.includes("*")) return { faults: [], proxyFor: () => undefined };
  const proxy = parse(given.text);
  if (!(proxy instanceof URL)) {
    const fault = { path: given.name, found: withoutCredentials(given.text), expected: proxy };
    return { faults: [fault], proxyFor: () => undefined };
  }
  return {
    faults: [],
    proxyFor: (url) => (isThisMachine(url) || isExcepted(url, exceptions) ? undefined : proxy),
  };
}

/** The proxy as it may be named: without its credentials. */
export function proxyName(proxy: URL): string {
  return `${proxy.hostname}:${proxy.port || defaultPort(proxy)}`;
}

/** The header that logs in to a proxy; none where its address holds no credentials. */
export function proxyAuthorization({ username, password }: URL): Record<string, string> {
  if (username === "" && password === "") return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "Proxy-Authorization": `Basic ${Buffer.from(credentials).toString("base64")}` };
}

/** The port of an address that names none. */
export function defaultPort({ protocol }: URL): number {
  return protocol === "https:" ? 443 : 80;
}

function find(environment: Environment, ...names: string[]): { name: string; text: string } | undefined {
  for (const name of names.flatMap((upper) => [upper, upper.toLowerCase()])) {
    const text = environment[name]?.trim();
    if (text) return { name, text };
  }
  return undefined;
}

/** The address of a proxy, or what it should have been. */
function parse(address: string): URL | Expectation {
  const text = /^[a-z][\w+.-]*:\/\//i.test(address) ? address : `http://${address}`;
  const scheme = text.slice(0, text.indexOf(":")).toLowerCase();
  if (/^pac\b/.test(scheme) || /\.(pac|dat)(\?.*)?$/i.test(text)) return "proxyNotScript";
  if (scheme !== "http" && scheme !== "https") return "proxyOverHttp";
  if (!URL.canParse(text)) return "proxyUrl";
  const url = new URL(text);
  // An unquoted "/", "?" or "#" in a password ends the host where nobody meant it to end.
  const isWhole = url.pathname === "/" && url.search === "" && url.hash === "" && url.hostname !== "";
  return isWhole && isDecodable(url) ? url : "proxyUrl";
}

function isDecodable({ username, password }: URL): boolean {
  try {
    return !/[\r\n\0]/.test(decodeURIComponent(username + password));
  } catch {
    return false;
  }
}

/** Whatever stands before the last `@` may be a password, however the address is broken. */
function withoutCredentials(address: string): string {
  const at = address.lastIndexOf("@");
  if (at === -1) return address;
  const scheme = /^[a-z][\w+.-]*:\/\//i.exec(address)?.[0] ?? "";
  return `${scheme}…${address.slice(at)}`;
}

function toExceptions(list: string): string[] {
  return list
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((entry) => entry.toLowerCase());
}

function isThisMachine({ hostname }: URL): boolean {
  return /^(localhost|.*\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** A name stands for itself and for all below it; with a port, for that port alone. */
function isExcepted(url: URL, exceptions: readonly string[]): boolean {
  const ownPort = url.port || String(defaultPort(url));
  return exceptions.some((entry) => {
    const [, name = entry, port] = /^(.*[^:]):(\d+)$/.exec(entry) ?? [];
    if (port !== undefined && port !== ownPort) return false;
    const domain = name.replace(/^\*?\./, "");
    return domain !== "" && (url.hostname === domain || url.hostname.endsWith(`.${domain}`));
  });
}
