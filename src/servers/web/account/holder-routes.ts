/** All pages of a holder, for the portal that serves them. */
import type { PortalRoute } from "../portal/route.ts";
import { aliasRoutes } from "./aliases.ts";
import { appPasswordRoutes } from "./app-passwords.ts";
import { closeRoutes } from "./close-account.ts";
import { heldRoutes } from "./held.ts";
import type { HolderServices } from "./holder-services.ts";
import { logInRoutes } from "./log-in.ts";
import { newPasswordRoutes } from "./new-password.ts";
import { sessionRoutes } from "./open-sessions.ts";
import { overviewRoutes } from "./overview.ts";
import { passwordRoutes } from "./password.ts";
import { recoveryRoutes } from "./recovery-address.ts";
import { secondStepRoutes } from "./second-step.ts";
import { sentMailRoutes } from "./sent-mail.ts";
import { wishRoutes } from "./wishes.ts";

export const holderRoutes = (services: HolderServices): readonly PortalRoute[] => [
  ...logInRoutes(services),
  ...newPasswordRoutes(services),
  ...overviewRoutes(services),
  ...passwordRoutes(services),
  ...recoveryRoutes(services),
  ...aliasRoutes(services),
  ...appPasswordRoutes(services),
  ...secondStepRoutes(services),
  ...sessionRoutes(services),
  ...sentMailRoutes(services),
  ...wishRoutes(services),
  ...heldRoutes(services),
  ...closeRoutes(services),
];
