import type { ProxySettings } from "@azure/core-rest-pipeline";

/** The proxy that the environment names, in the terms of core-rest-pipeline. */
export interface ProxyEnvironment {
  readonly proxy: ProxySettings;
  /** Hosts to reach directly: exact names, and suffixes that begin with a dot. */
  readonly except: string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy from `HTTPS_PROXY`, `ALL_PROXY` or `HTTP_PROXY` (in either letter case) and the exceptions from
 * `NO_PROXY`; undefined where there is none, where it is no URL, or where `NO_PROXY` is `*`.
 *
 * Read here rather than by the library, which takes an address without `http://` for another protocol
 * (Windows administrators write `proxy.corp:8080`) and knows neither `*` nor `*.corp` in `NO_PROXY`.
 */
export function readProxy(environment: Environment): ProxyEnvironment | undefined {
  const address = value(environment, "HTTPS_PROXY", "ALL_PROXY", "HTTP_PROXY");
  const url = address === undefined ? null : parse(address);
  const except = exceptions(value(environment, "NO_PROXY") ?? "");
  if (url === null || except.includes("*")) return undefined;
  return {
    proxy: {
      host: `${url.protocol}//${url.hostname}`,
      port: Number(url.port || (url.protocol === "https:" ? 443 : 80)),
      username: url.username,
      password: url.password,
    },
    except,
  };
}

function value(environment: Environment, ...names: string[]): string | undefined {
  return names.map((name) => environment[name] || environment[name.toLowerCase()]).find(Boolean);
}

function parse(address: string): URL | null {
  const text = address.includes("://") ? address : `http://${address}`;
  return URL.canParse(text) ? new URL(text) : null;
}

function exceptions(list: string): string[] {
  return list
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((entry) => entry.toLowerCase().replace(/:\d+$/, "").replace(/^\*\./, "."));
}
