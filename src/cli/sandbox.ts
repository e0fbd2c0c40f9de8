import type { Fetch, Ports } from "../ports/index.ts";
import { PERSONAS, type Persona } from "../sandbox/personas.ts";

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
}

/** Opens the simulated tenant of an output folder; a fresh folder starts fresh. */
export async function enterSandbox(
  { files, clock, ids }: Pick<Ports, "files" | "clock" | "ids">,
  outputFolder: string,
): Promise<SandboxRun> {
  const { createSandbox, EXAMPLE } = await import("../sandbox/index.ts");
  const { sandboxStore } = await import("../sandbox/store.ts");
  const folder = `${outputFolder}/${SANDBOX_FOLDER}`;
  const store = sandboxStore(files, folder);
  const state = await store.load();
  const { fetch } = createSandbox({
    clock,
    ids,
    ...(state && { state }),
    save: store.save,
    behaviour: { deviceCodePolls: 2, deviceCodeIntervalSeconds: 1 },
  });
  return {
    fetch,
    journalFolder: `${folder}/journal`,
    examples: { tenant: EXAMPLE.tenantId, hostname: `https://app.${EXAMPLE.tenantDomain}` },
  };
}
