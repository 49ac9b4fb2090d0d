import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** An answer of an API is data: no page may be made of it, around it or from it. HTML results have a policy of their own. */
const NOTHING = ["'none'"];
const ONE_YEAR_SECONDS = 365 * 24 * 60 * 60;

const setHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: NOTHING, baseUri: NOTHING, formAction: NOTHING, frameAncestors: NOTHING },
  },
  xFrameOptions: { action: 'deny' },
  strictTransportSecurity: false,
});

/** Not for subdomains: the service does not know what else lives there. */
const setTransportSecurity = helmet.strictTransportSecurity({ maxAge: ONE_YEAR_SECONDS, includeSubDomains: false });

/**
 * The headers that keep browsers from doing more with an answer than reading it. `Strict-Transport-Security` only
 * where a trusted proxy says that the client came by TLS: over plain HTTP it must not be sent (RFC 6797, 7.2).
 */
export const secureHeaders: RequestHandler = (request, response, next) => {
  setHeaders(request, response, (error) => {
    if (error === undefined && request.secure) setTransportSecurity(request, response, next);
    else next(error);
  });
};
