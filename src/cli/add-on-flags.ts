import type { Ports } from "../ports/index.ts";

/** An add-on that can be switched on and off by a flag of its own name. */
export interface AddOnFlag {
  readonly name: string;
  readonly title: string;
}

const MAX_BYTES = 1024 * 1024;

/**
 * The add-ons among the packaged templates: they, not the code, say which flags there are. Read without the
 * full schema, because this happens at every start; a template is checked as a whole before it is used.
 */
export async function packagedAddOns({
  files,
  system,
}: Pick<Ports, "files" | "system">): Promise<AddOnFlag[]> {
  const folder = `${system.packageFolder}/templates`;
  const names = (await files.list(folder)).filter((name) => name.endsWith(".json"));
  const found = await Promise.all(names.toSorted().map((name) => readAddOn(files, `${folder}/${name}`)));
  return found.filter((addOn) => addOn !== undefined);
}

async function readAddOn(files: Ports["files"], path: string): Promise<AddOnFlag | undefined> {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(await files.read(path, MAX_BYTES)));
    const { kind, name, title } = json as Record<string, unknown>;
    const named = kind === "addOn" && typeof name === "string" && /^[a-z0-9-]+$/.test(name);
    return named && typeof title === "string" ? { name, title } : undefined;
  } catch {
    return undefined;
  }
}
