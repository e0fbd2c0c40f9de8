import type { Routes } from "../index.ts";

/** The real ways to the hosts, as the environment lays them. What knows them is loaded with the first use. */
export function nodeRoutes(environment: Readonly<Record<string, string | undefined>>): Routes {
  const load = async () => {
    const { proxyName, readProxies } = await import("./proxy.ts");
    return { ...readProxies(environment), proxyName };
  };
  return {
    faults: async () => (await load()).faults,
    proxyFor: async (url) => {
      const { proxyFor, proxyName } = await load();
      const proxy = proxyFor(url);
      return proxy && proxyName(proxy);
    },
    certificateOf: async (url, signal) => {
      const [{ proxyFor }, { lookAtCertificate }] = await Promise.all([load(), import("./certificate.ts")]);
      return await lookAtCertificate(url, proxyFor(url), signal);
    },
  };
}
