import type { Application } from "../state.ts";
import type { World } from "../world.ts";
import { badRequest, objectConflict } from "./errors.ts";

/** 400 where a collection has the same value twice. */
export function requireUnique(values: readonly string[]): void {
  if (new Set(values).size !== values.length) {
    throw badRequest("Request contains a property with duplicate values.");
  }
}

/** 400 where a live or a deleted application already has the unique name. */
export function requireFreeUniqueName(world: World, uniqueName: string, ownId: string): void {
  if (otherApplications(world, ownId).some((other) => other.uniqueName === uniqueName)) {
    throw objectConflict("uniqueName");
  }
}

/** 400 where a live or a deleted application already has the identifier URI. */
export function requireFreeIdentifierUri(world: World, uri: string, ownId: string): void {
  if (otherApplications(world, ownId).some((other) => other.identifierUris.includes(uri))) {
    throw objectConflict("identifierUris");
  }
}

function otherApplications({ state }: World, ownId: string): Application[] {
  const deleted = state.deletedItems.flatMap((item) => (item.type === "application" ? [item.object] : []));
  return [...state.applications, ...deleted].filter(({ id }) => id !== ownId);
}
