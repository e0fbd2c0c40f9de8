/** One of Microsoft's clouds; a tenant lives in exactly one. */
export interface Cloud {
  /** The hosts that sign people in; the first is the one it names itself. */
  readonly signInHosts: readonly [string, ...string[]];
  readonly graphHost: string;
  /** Azure Resource Manager, and the audiences of its tokens. */
  readonly managementHost: string;
  readonly managementAudiences: readonly string[];
  /** Issuer of version 1 tokens. */
  readonly issuerHost: string;
  readonly instanceName: string;
  readonly regionScope: string;
  readonly regionSubScope?: string;
  /** The application template of apps that are in no gallery. */
  readonly nonGalleryTemplateId: string;
}

const GOVERNMENT = {
  signInHosts: ["login.microsoftonline.us"],
  managementHost: "management.usgovcloudapi.net",
  managementAudiences: ["https://management.core.usgovcloudapi.net", "https://management.usgovcloudapi.net"],
  issuerHost: "sts.windows.net",
  instanceName: "microsoftonline.us",
  regionScope: "USGov",
  nonGalleryTemplateId: "4602d0b4-76bb-404b-bca9-2652e1a39c6d",
} as const;

/** By the names of `--cloud`. */
export const CLOUDS = {
  global: {
    signInHosts: ["login.microsoftonline.com"],
    graphHost: "graph.microsoft.com",
    managementHost: "management.azure.com",
    managementAudiences: ["https://management.core.windows.net", "https://management.azure.com"],
    issuerHost: "sts.windows.net",
    instanceName: "microsoftonline.com",
    regionScope: "EU",
    nonGalleryTemplateId: "8adf8e6e-67b2-4cf2-a259-e3dc5476c621",
  },
  usgov: { ...GOVERNMENT, graphHost: "graph.microsoft.us", regionSubScope: "DODCON" },
  "usgov-dod": { ...GOVERNMENT, graphHost: "dod-graph.microsoft.us", regionSubScope: "DOD" },
  china: {
    signInHosts: ["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
    graphHost: "microsoftgraph.chinacloudapi.cn",
    managementHost: "management.chinacloudapi.cn",
    managementAudiences: ["https://management.core.chinacloudapi.cn", "https://management.chinacloudapi.cn"],
    issuerHost: "sts.chinacloudapi.cn",
    instanceName: "partner.microsoftonline.cn",
    regionScope: "AS",
    nonGalleryTemplateId: "5a532e38-1581-4918-9658-008dc27c1d68",
  },
} as const satisfies Record<string, Cloud>;

export type CloudName = keyof typeof CLOUDS;

const ALL: readonly Cloud[] = Object.values(CLOUDS);

/** The hosts of every cloud, by what answers there. */
export const SIGN_IN_HOSTS: ReadonlySet<string> = new Set(ALL.flatMap(({ signInHosts }) => signInHosts));
export const GRAPH_HOSTS: ReadonlySet<string> = new Set(ALL.map(({ graphHost }) => graphHost));
export const MANAGEMENT_HOSTS: ReadonlySet<string> = new Set(ALL.map(({ managementHost }) => managementHost));

/** The cloud a tenant lives in. */
export function cloudOf({ behaviour }: { behaviour: { cloud: CloudName } }): Cloud {
  return CLOUDS[behaviour.cloud];
}
