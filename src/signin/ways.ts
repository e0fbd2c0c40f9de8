import type { System } from "../ports/index.ts";
import type { SignInWay } from "../settings/sign-in.ts";
import type { CloudShell } from "./detect-cloud-shell.ts";

/**
 * The ways that may work on this machine, the likeliest first; what else is possible can still be named with
 * `--auth`.
 */
export function offeredWays({
  environment,
  platform,
  shell,
}: Pick<System, "environment" | "platform"> & { readonly shell: CloudShell | undefined }): SignInWay[] {
  const isSet = (name: string) => Boolean(environment[name]);
  // Over a remote line the browser would open on another machine than the one that listens for its answer.
  const isRemote = shell !== undefined || ["SSH_CONNECTION", "CODESPACES"].some(isSet);
  const hasDesktop = platform !== "linux" || ["DISPLAY", "WAYLAND_DISPLAY"].some(isSet);
  return [
    "device-code",
    ...(hasDesktop && !isRemote ? (["browser"] as const) : []),
    ...(shell ? (["cloud-shell"] as const) : (["azure-cli"] as const)),
    "token",
    ...(isSet("AZURE_CLIENT_ID") ? (["environment"] as const) : []),
  ];
}
