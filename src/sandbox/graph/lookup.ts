import type { Application, ServicePrincipal } from "../state.ts";
import type { World } from "../world.ts";
import { notFound } from "./errors.ts";
import { GRAPH_APP_ID } from "./permissions.ts";

/** Which object a path names: by object id, or by `appId` or `uniqueName`. */
export interface Key {
  readonly property: "id" | "appId" | "uniqueName";
  readonly value: string;
}

/** Reads a key as the router gives it: an object id, or `uniqueName=…` with its quotes still doubled. */
export function parseKey(text: string): Key {
  const match = /^(appId|uniqueName)=(.*)$/s.exec(text);
  if (match === null) return { property: "id", value: text };
  return {
    property: match[1] === "appId" ? "appId" : "uniqueName",
    value: (match[2] ?? "").replaceAll("''", "'"),
  };
}

/** An application by key, whether it can be seen already or not. */
export function existingApplication(world: World, key: Key): Application | undefined {
  return world.state.applications.find((application) => application[key.property] === key.value);
}

/** An application by key; 404 while it has not been copied yet. */
export function findApplication(world: World, text: string): Application {
  const key = parseKey(text);
  const application = existingApplication(world, key);
  if (application === undefined || !isVisible(world, application.id)) throw notFound(key.value);
  return application;
}

/** Whether an object has been copied to where this request is answered. */
export function isVisible(world: World, id: string): boolean {
  return world.history.settled(id, world.behaviour.visibilityDelayMs);
}

/** A service principal of this tenant's own making, by key; 404 while it has not been copied yet. */
export function findOwnServicePrincipal(world: World, text: string): ServicePrincipal {
  const key = parseKey(text);
  const found = world.state.servicePrincipals.find((candidate) => candidate[key.property] === key.value);
  if (found === undefined || !isVisible(world, found.id)) throw notFound(key.value);
  return found;
}

/** The object id of a service principal, Microsoft Graph's included. */
export function servicePrincipalId(world: World, text: string): string {
  const key = parseKey(text);
  const graph = world.state.graphServicePrincipalId;
  if (key.value === graph || (key.property === "appId" && key.value === GRAPH_APP_ID)) return graph;
  return findOwnServicePrincipal(world, text).id;
}

/** Whether `id` is a service principal that can be seen. */
export function isServicePrincipal(world: World, id: string): boolean {
  if (id === world.state.graphServicePrincipalId) return true;
  return world.state.servicePrincipals.some((candidate) => candidate.id === id) && isVisible(world, id);
}
