import type { Routes } from "../index.ts";
import { proxyName, readProxies } from "./proxy.ts";

/** The real ways to the hosts, as the environment lays them. */
export function nodeRoutes(environment: Readonly<Record<string, string | undefined>>): Routes {
  const proxies = readProxies(environment);
  return {
    faults: proxies.faults,
    proxyFor: (url) => {
      const proxy = proxies.proxyFor(url);
      return proxy && proxyName(proxy);
    },
    certificateOf: async (url, signal) => {
      const { lookAtCertificate } = await import("./certificate.ts");
      return await lookAtCertificate(url, proxies.proxyFor(url), signal);
    },
  };
}
