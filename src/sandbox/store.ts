import { join } from "node:path";
import { AppError } from "../errors.ts";
import type { Files } from "../ports/index.ts";
import type { TenantState } from "./index.ts";
import { isRecord } from "./world.ts";

const LARGEST_BYTES = 32 * 1024 * 1024;
const LISTS = [
  "verifiedDomains",
  "users",
  "groups",
  "applications",
  "servicePrincipals",
  "deletedItems",
  "appRoleAssignments",
  "oauth2PermissionGrants",
  "oneTimePasswords",
] as const;

/** Keeps a tenant as `state.json` in a folder, so that a second command sees what the first one did. */
export function sandboxStore(files: Files, folder: string) {
  const path = join(folder, "state.json");
  return {
    path,
    /** The kept tenant; undefined where there is none yet. Never mistakes a broken file for none. */
    load: async (): Promise<TenantState | undefined> => {
      let bytes: Uint8Array;
      try {
        bytes = await files.read(path, LARGEST_BYTES);
      } catch (error) {
        if (errnoOf(error) === "ENOENT") return undefined;
        throw diskError(path, error);
      }
      return parse(path, bytes);
    },
    save: async (state: TenantState): Promise<void> => {
      try {
        await files.ensureFolder(folder);
        await files.writeAtomic(path, `${JSON.stringify(state, null, 2)}\n`);
      } catch (error) {
        throw diskError(path, error);
      }
    },
  };
}

function parse(path: string, bytes: Uint8Array): TenantState {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new AppError("DISK", { path, errno: "EINVAL" }, { cause: error });
  }
  if (!isTenantState(value)) throw new AppError("DISK", { path, errno: "EINVAL" });
  return value;
}

function isTenantState(value: unknown): value is TenantState {
  return (
    isRecord(value) &&
    value["schemaVersion"] === 1 &&
    typeof value["tenantId"] === "string" &&
    isRecord(value["secretHashes"]) &&
    LISTS.every((name) => Array.isArray(value[name]))
  );
}

function diskError(path: string, error: unknown): AppError<"DISK"> {
  return new AppError("DISK", { path, errno: errnoOf(error) ?? "EIO" }, { cause: error });
}

function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
