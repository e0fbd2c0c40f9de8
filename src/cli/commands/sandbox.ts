import type { ExitCode } from "../../errors.ts";
import { AppError } from "../../errors.ts";
import { errnoOf } from "../../flow/errno.ts";
import { absolute, loadTemplate } from "../../flow/load.ts";
import { readFlags, textOf } from "../flags.ts";
import { OtherCommands } from "../other-commands.ts";
import type { Invocation } from "../program.ts";
import { PERSONA_NAMES, SANDBOX_FOLDER, takeTurnIn } from "../sandbox.ts";
import { clean } from "../screen/clean.ts";
import { Reporter } from "../screen/reporter.ts";

/** `sandbox serve`: the simulated tenant over real TLS, until Ctrl-C. */
export async function runServe({ command, ports, signal }: Invocation): Promise<ExitCode> {
  const { flags } = readFlags(command, ports.system.environment);
  const { createSandbox, EXAMPLE } = await import("../../sandbox/index.ts");
  const { serveSandbox } = await import("../../sandbox/serve.ts");
  const { clock, ids, files, system, terminal } = ports;
  const who = textOf(flags, "persona") ?? "global-administrator";
  const persona = PERSONA_NAMES.get(who) ?? "globalAdministrator";
  const behaviour = { persona, deviceCodePolls: 2, deviceCodeIntervalSeconds: 1 };
  const served = await serveSandbox({
    sandbox: createSandbox({ clock, ids, behaviour }),
    hosts: await serviceHosts(ports),
    port: toPort(textOf(flags, "port")),
  });
  const caFile = `${system.currentFolder}/${SANDBOX_FOLDER}/ca.pem`;
  await files.ensureFolder(`${system.currentFolder}/${SANDBOX_FOLDER}`);
  await files.writeAtomic(caFile, served.caPem);
  terminal.result(
    [
      `The simulated tenant ${EXAMPLE.tenantId} (${EXAMPLE.tenantDomain}) is served at ${served.url}`,
      `Certificate authority: ${clean(caFile)}`,
      `Whoever signs in: ${who}`,
      "",
      "To let another program use it under Microsoft's own host names, set:",
      "",
      `  HTTPS_PROXY=${served.proxyUrl}`,
      `  NODE_EXTRA_CA_CERTS=${clean(caFile)}`,
      "",
      "To let it run as in Azure Cloud Shell, set besides:",
      "",
      `  ACC_TID=${EXAMPLE.tenantId}`,
      "  AZUREPS_HOST_ENVIRONMENT=cloud-shell/1.0",
      `  MSI_ENDPOINT=${served.cloudShellUrl}`,
      "",
      "Stop with Ctrl-C.",
    ].join("\n"),
  );
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  await served.close();
  return 0;
}

/** `sandbox reset`: the next run in this folder finds a fresh tenant. */
export async function runReset({ command, ports, globals, signal }: Invocation): Promise<ExitCode> {
  const { flags, faults } = readFlags(command, ports.system.environment);
  if (faults.length > 0) throw new AppError("VALUES_INVALID", { faults });
  const { currentFolder } = ports.system;
  const folder = `${absolute(currentFolder, textOf(flags, "output") ?? currentFolder)}/${SANDBOX_FOLDER}`;
  const { sandboxStore } = await import("../../sandbox/store.ts");
  const { path } = sandboxStore(ports.files, folder);
  const { report } = new Reporter(ports, globals, new OtherCommands(command));
  const leave = await takeTurnIn(ports, folder, { signal, report });
  try {
    await ports.files.remove(path);
  } catch (error) {
    const errno = errnoOf(error) ?? "UNKNOWN";
    if (errno !== "ENOENT") throw new AppError("DISK", { path, errno });
  } finally {
    await leave();
  }
  ports.terminal.result("The simulated tenant of this folder is forgotten.");
  return 0;
}

/** The certificate names the one-time-password services and the SCIM endpoints of the packaged templates. */
async function serviceHosts(ports: Invocation["ports"]): Promise<string[]> {
  const names = await ports.files.list(`${ports.system.packageFolder}/templates`);
  const loaded = await Promise.all(
    names.map((name) =>
      loadTemplate(ports, name.replace(/\.json$/, "")).then(
        ({ templates }) =>
          templates.flatMap(({ oneTimePassword, application: { scim } }) => [
            ...(oneTimePassword?.services ?? []),
            ...(scim ? [scim.tenantUrl] : []),
          ]),
        () => [],
      ),
    ),
  );
  const fixed = loaded.flat().filter((address) => !address.startsWith("{"));
  return [...new Set(fixed.map((address) => new URL(address).hostname))];
}

function toPort(text: string | undefined): number {
  const port = Number(text ?? 0);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new AppError("VALUES_INVALID", {
    faults: [{ path: "--port", found: text ?? "", expected: { schema: "must be a number from 0 to 65535" } }],
  });
}
