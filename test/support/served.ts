import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, inject, onTestFinished } from "vitest";
import type { Fetch } from "../../src/ports/index.ts";
import { nodeClock } from "../../src/ports/node/clock.ts";
import { nodeIds } from "../../src/ports/node/ids.ts";
import {
  type Behaviour,
  createSandbox,
  newTenant,
  type Sandbox,
  type TenantState,
} from "../../src/sandbox/index.ts";
import { type ServedSandbox, serveSandbox } from "../../src/sandbox/serve.ts";
import { folderOnDisk } from "./scratch.ts";

/** A fresh simulated tenant behind real TLS, and a fresh place on the disk to reach it from. */
export interface Outpost {
  readonly sandbox: Sandbox;
  /** The folder to run in; empty. */
  readonly folder: string;
  /** Everything that a run may write to is in here: `work`, `state`, `tmp` and `home`. */
  readonly root: string;
  /** The whole environment of a child. */
  readonly env: Record<string, string>;
  /** What a child finds besides in Azure Cloud Shell. */
  readonly cloudShell: Record<string, string>;
  /** Puts a file beside the run. */
  write(name: string, content: string | object): void;
  /** A file of the run's folder, as JSON. */
  json(name: string): Record<string, unknown>;
}

export interface OutpostOptions {
  readonly behaviour?: Partial<Behaviour>;
  readonly state?: TenantState;
  /** The vendor's SCIM server; the sandbox's own unless given. */
  readonly scimFetch?: Fetch;
  /** Stands between the program and the sandbox. */
  readonly wrap?: (fetch: Fetch) => Fetch;
  /** Registers what is left to do when the test has ended; a test beside others brings its context's own. */
  readonly onFinished?: (clean: () => void) => void;
}

/**
 * Serves the sandbox to the tests of a file: one server with one certificate, and for every test a tenant
 * of its own behind it. So the tests of a file must run one after another, as they do by default.
 *
 * @param makeFolder makes the root of every outpost; on the disk unless given.
 */
export function serve(makeFolder = folderOnDisk): (options?: OutpostOptions) => Outpost {
  let served: ServedSandbox | undefined;
  let authority: string | undefined;
  let answer: Fetch = () => Promise.reject(new Error("no tenant yet"));
  beforeAll(async () => {
    const sandbox = createSandbox({ clock: nodeClock, ids: nodeIds });
    served = await serveSandbox({
      sandbox: { ...sandbox, fetch: (request) => answer(request) },
      hosts: serviceHosts(inject("product").packageFolder),
    });
    const folder = folderOnDisk("entra-app-registration-ca-");
    authority = join(folder, "ca.pem");
    writeFileSync(authority, served.caPem);
    return () => rmSync(folder, { recursive: true });
  });
  afterAll(async () => {
    await served?.close();
  });

  return ({
    behaviour = {},
    state = newTenant(),
    scimFetch,
    wrap = (fetch: Fetch) => fetch,
    onFinished = onTestFinished,
  } = {}) => {
    if (!served || authority === undefined) throw new Error("the sandbox is not served yet");
    const quick = { deviceCodePolls: 0, deviceCodeIntervalSeconds: 1 };
    const sandbox = createSandbox({
      clock: nodeClock,
      ids: nodeIds,
      state,
      behaviour: { ...quick, ...behaviour },
      ...(scimFetch && { scimFetch }),
    });
    answer = wrap(sandbox.fetch);
    const root = makeFolder("entra-app-registration-run-");
    onFinished(() => rmSync(root, { recursive: true, force: true }));
    for (const name of ["work", "state", "tmp", "home"]) mkdirSync(join(root, name));
    const folder = join(root, "work");
    return {
      sandbox,
      root,
      folder,
      env: {
        ...childEnvironment(root),
        HTTPS_PROXY: served.proxyUrl,
        NO_PROXY: "",
        NODE_EXTRA_CA_CERTS: authority,
      },
      cloudShell: {
        ACC_CLOUD: "PROD",
        ACC_TERM_ID: "00000000-0000-4000-8000-000000000000",
        ACC_TID: state.tenantId,
        AZUREPS_HOST_ENVIRONMENT: "cloud-shell/1.0",
        MSI_ENDPOINT: served.cloudShellUrl,
        POWERSHELL_DISTRIBUTION_CHANNEL: "CloudShell",
      },
      write: (name, content) => {
        const text = typeof content === "string" ? content : JSON.stringify(content);
        writeFileSync(join(folder, name), text);
      },
      json: (name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Record<string, unknown>,
    };
  };
}

/** Nothing of the machine's own settings but what a process needs to start. */
export function childEnvironment(root: string): Record<string, string> {
  const kept = ["PATH", "Path", "SystemRoot", "PATHEXT"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    TERM: "xterm-256color",
    HOME: join(root, "home"),
    USERPROFILE: join(root, "home"),
    LOCALAPPDATA: join(root, "state"),
    XDG_STATE_HOME: join(root, "state"),
    TMPDIR: join(root, "tmp"),
    TEMP: join(root, "tmp"),
    TMP: join(root, "tmp"),
  };
}

/** The vendors' hosts that the packaged templates name: one-time-password services and SCIM endpoints. */
function serviceHosts(packageFolder: string): string[] {
  const folder = join(packageFolder, "templates");
  return readdirSync(folder).flatMap((name) => {
    const template = JSON.parse(readFileSync(join(folder, name), "utf8")) as {
      oneTimePassword?: { services: string[] };
      applications?: { scim?: { tenantUrl: string } }[];
    };
    const endpoints = (template.applications ?? []).flatMap(({ scim }) => scim?.tenantUrl ?? []);
    const addresses = [...(template.oneTimePassword?.services ?? []), ...endpoints];
    return addresses
      .filter((address) => !address.startsWith("{"))
      .map((address) => new URL(address).hostname);
  });
}
