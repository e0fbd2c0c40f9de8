import type { RunEvent } from "../flow/events.ts";
import type { Fetch, Ports } from "../ports/index.ts";
import { PERSONAS, type Persona } from "../sandbox/personas.ts";
import type { CloudName } from "../settings/sign-in.ts";

/** The folder, in the output folder, where the simulated tenant keeps what it has become. */
export const SANDBOX_FOLDER = ".entra-app-registration-sandbox";

/** Who can sign in to the simulated tenant, by the names of `--persona`. */
export const PERSONA_NAMES: ReadonlyMap<string, Persona> = new Map(
  PERSONAS.map((persona) => [persona.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), persona]),
);

export interface SandboxRun {
  readonly fetch: Fetch;
  readonly journalFolder: string;
  /** Values for whatever nobody gave. */
  readonly examples: { readonly tenant: string; readonly hostname: string };
  /** Lets the next run in; never rejects. */
  readonly leave: () => Promise<void>;
}

type SandboxPorts = Pick<Ports, "files" | "clock" | "ids" | "processes">;

interface Waiting {
  readonly signal: AbortSignal;
  readonly report: (event: RunEvent) => void;
}

/** Opens the simulated tenant of an output folder, one run after the other; a fresh folder starts fresh. */
export async function enterSandbox(
  ports: SandboxPorts,
  outputFolder: string,
  { cloud, ...waiting }: Waiting & { readonly cloud: CloudName },
): Promise<SandboxRun> {
  const folder = `${outputFolder}/${SANDBOX_FOLDER}`;
  const leave = await takeTurnIn(ports, folder, waiting);
  try {
    return { ...(await openSandbox(ports, folder, cloud)), leave };
  } catch (error) {
    await leave();
    throw error;
  }
}

/**
 * Waits until no other run works on the tenant in a folder, and says so.
 *
 * @returns ends the turn; never rejects.
 */
export async function takeTurnIn(
  ports: SandboxPorts,
  folder: string,
  { signal, report }: Waiting,
): Promise<() => Promise<void>> {
  const { takeTurn } = await import("../sandbox/turn.ts");
  let waits = false;
  const onWait = (processId: number): void => {
    report({ kind: "sandboxBusy", processId });
    if (!waits) report({ kind: "task", task: "takeTurn", state: "started" });
    waits = true;
  };
  try {
    return await takeTurn(ports, folder, { signal, onWait });
  } finally {
    if (waits) report({ kind: "task", task: "takeTurn", state: "done" });
  }
}

async function openSandbox(
  { files, clock, ids }: SandboxPorts,
  folder: string,
  cloud: CloudName,
): Promise<Omit<SandboxRun, "leave">> {
  const { createSandbox, EXAMPLE } = await import("../sandbox/index.ts");
  const { sandboxStore } = await import("../sandbox/store.ts");
  const store = sandboxStore(files, folder);
  const state = await store.load();
  const { fetch } = createSandbox({
    clock,
    ids,
    ...(state && { state }),
    save: store.save,
    behaviour: { cloud, deviceCodePolls: 2, deviceCodeIntervalSeconds: 1 },
  });
  return {
    fetch,
    journalFolder: `${folder}/journal`,
    examples: { tenant: EXAMPLE.tenantId, hostname: `https://app.${EXAMPLE.tenantDomain}` },
  };
}
