/** Why a text is no tenant URL that Entra could use. */
export type TenantUrlProblem =
  | { readonly kind: "notUrl" }
  | { readonly kind: "notHttps" }
  | { readonly kind: "credentials" }
  | { readonly kind: "fragment" }
  /** A token in the address, say: the address is no secret. */
  | { readonly kind: "query"; readonly name: string }
  /** Entra calls from the internet, where nobody knows this host. */
  | { readonly kind: "privateAddress"; readonly host: string };

export type ParsedTenantUrl =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly problem: TenantUrlProblem };

/** Flags that choose Entra's SCIM dialect (https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility). */
export const TENANT_URL_FLAGS: readonly string[] = [
  "aadOptscim062020",
  "AzureAdScimPatch062020",
  "AzureAdScimPatch2017",
];

/** The address of a vendor's SCIM endpoint, in one spelling: without a slash at the end of its path. */
export function parseTenantUrl(text: string): ParsedTenantUrl {
  const trimmed = text.trim();
  const url = toUrl(trimmed);
  if (!url) return bad({ kind: "notUrl" });
  if (url.protocol !== "https:") return bad({ kind: "notHttps" });
  if (url.username !== "" || url.password !== "") return bad({ kind: "credentials" });
  if (trimmed.includes("#")) return bad({ kind: "fragment" });
  const unknown = [...url.searchParams].find(
    ([name, value]) => value !== "" || !TENANT_URL_FLAGS.includes(name),
  );
  if (unknown) return bad({ kind: "query", name: unknown[0] });
  if (isPrivate(url.hostname)) return bad({ kind: "privateAddress", host: url.hostname });
  // Written out again they would get an equals sign that Entra does not expect.
  const flags = [...url.searchParams.keys()].join("&");
  const path = url.pathname.replace(/\/+$/, "");
  return { ok: true, url: `${url.origin}${path}${flags === "" ? "" : `?${flags}`}` };
}

/** Whether two tenant URLs are the same address, however they end; a foreign one is compared letter by letter. */
export function isSameTenantUrl(one: string, other: string): boolean {
  const [left, right] = [parseTenantUrl(one), parseTenantUrl(other)];
  return left.ok && right.ok ? left.url === right.url : one === other;
}

function bad(problem: TenantUrlProblem): ParsedTenantUrl {
  return { ok: false, problem };
}

/** With white space inside, or without a host, it is something else; the platform would repair some of that. */
function toUrl(text: string): URL | undefined {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#]/i.test(text) || /[\s\p{Cc}\p{Cf}\\]/u.test(text)) return undefined;
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** Names that resolve in one network or one machine alone (RFC 6761, 6762, 8375, and what companies use). */
const PRIVATE_NAME =
  /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|corp|private|home\.arpa)$/;

/** Whether a host, as `URL` spells it, is out of reach from the internet. */
export function isPrivate(hostname: string): boolean {
  const host = hostname.replace(/\.$/, "").toLowerCase();
  if (host.startsWith("[")) return isPrivateV6(host.slice(1, -1));
  const octets = host.split(".");
  if (octets.length === 4 && octets.every((octet) => /^\d+$/.test(octet))) {
    return isPrivateV4(octets.map(Number));
  }
  // A name of one word is looked up in the network's own domain.
  return octets.length === 1 || PRIVATE_NAME.test(host);
}

/** RFC 6890: what is private, shared, loopback, link-local, reserved or multicast. */
function isPrivateV4([first = 0, second = 0, third = 0]: readonly number[]): boolean {
  if ([0, 10, 127].includes(first) || first >= 224) return true;
  if (first === 100) return second >= 64 && second <= 127;
  if (first === 169) return second === 254;
  if (first === 172) return second >= 16 && second <= 31;
  if (first === 198) return second === 18 || second === 19 || (second === 51 && third === 100);
  if (first === 203) return second === 0 && third === 113;
  return first === 192 && (second === 168 || (second === 0 && (third === 0 || third === 2)));
}

function isPrivateV6(address: string): boolean {
  const groups = expandV6(address);
  const [first = 0, second = 0] = groups;
  const isZeroUpTo = (end: number) => groups.slice(0, end).every((group) => group === 0);
  // An IPv4 address in IPv6 clothes (RFC 4291, 2.5.5), NAT64 (RFC 6052), the unspecified one and loopback.
  const isMapped = isZeroUpTo(5) && groups[5] === 0xff_ff;
  const isNat = first === 0x64 && second === 0xff_9b;
  if (isMapped || isNat) return isPrivateV4(lastOctets(groups));
  if (isZeroUpTo(6)) return true;
  return (
    // fc00::/7, fe80::/10 with what was fec0::/10, ff00::/8, 2001:db8::/32
    (first & 0xfe_00) === 0xfc_00 ||
    (first & 0xff_80) === 0xfe_80 ||
    (first & 0xff_00) === 0xff_00 ||
    (first === 0x20_01 && second === 0x0d_b8)
  );
}

function lastOctets(groups: readonly number[]): number[] {
  return groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]);
}

/** The eight groups of an address as `URL` spells it: in hexadecimal, with one gap at most. */
function expandV6(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const numbers = (part: string) =>
    part
      .split(":")
      .filter(Boolean)
      .map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return numbers(head);
  const [before, after] = [numbers(head), numbers(tail)];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}
