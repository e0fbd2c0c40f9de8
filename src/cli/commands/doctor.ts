import type { ExitCode } from "../../errors.ts";
import { checkNetwork } from "../../flow/check-network.ts";
import type { Invocation } from "../program.ts";
import { isUsable, renderNetwork, toJsonNetwork } from "../screen/network.ts";
import { withSession } from "../session.ts";

/** `doctor network`: parses, tries the hosts, shows how each is reached. */
export async function runDoctorNetwork(invocation: Invocation): Promise<ExitCode> {
  return withSession(invocation, async ({ context, settings }) => {
    const { terminal, routes } = invocation.ports;
    const { templates, known } = settings;
    const chosen = known.oneTimePasswordService;
    const services = chosen === undefined ? (templates[0]?.oneTimePassword?.services ?? []) : [chosen];
    const hosts = await checkNetwork(context, routes, services);
    return {
      exitCode: hosts.every(isUsable) ? 0 : 8,
      text: renderNetwork(hosts, terminal),
      json: toJsonNetwork(hosts),
    };
  });
}
