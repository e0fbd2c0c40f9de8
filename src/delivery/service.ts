// One-time-password services of the SnapPass kind: what the flows need of them.
export { type DeliveredLink, deliver } from "./deliver.ts";
export { chooseLifetime, readForm } from "./form.ts";
export type { ServiceProfile } from "./profile.ts";
export { tryService } from "./try-service.ts";
