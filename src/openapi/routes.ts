import { type RequestHandler, Router } from 'express';
import helmet from 'helmet';
import swaggerUi from 'swagger-ui-express';
import type { OpenApiDocument, OpenApiOperation } from './document.ts';

/** `/openapi.json`, and `/docs` to read it in a browser: Swagger UI, every file of it from here. */
export function openApiRoutes(document: OpenApiDocument): Router {
  const json = JSON.stringify(document);
  const routes = Router();
  routes.get('/openapi.json', helmet(), (_request, response) => {
    response.type('json').set('cache-control', 'no-cache').send(json);
  });
  const page = swaggerUi.setup(forBrowsers(document), {
    customSiteTitle: 'Output Management System: API',
    customCss: '.swagger-ui .topbar { display: none }',
    // It would send the document to a validator on the internet.
    swaggerOptions: { validatorUrl: null, persistAuthorization: false, tryItOutEnabled: true },
  });
  routes.use('/docs', onlyOurOwn, ...(swaggerUi.serve as []), page);
  return routes;
}

/** A page is no place for a client's secret: there one pastes a token. */
function forBrowsers(document: OpenApiDocument): OpenApiDocument {
  const { oidm: _, ...securitySchemes } = document.components.securitySchemes;
  const withToken = (methods: Record<string, OpenApiOperation>) =>
    mapValues(methods, (operation) => ({ ...operation, security: [{ token: [] }] }));
  return {
    ...document,
    info: { ...document.info, description: `${document.info.description} [/openapi.json](/openapi.json)` },
    paths: mapValues(document.paths, withToken),
    components: { ...document.components, securitySchemes },
  };
}

const mapValues = <From, To>(record: Record<string, From>, map: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));

/** Swagger UI sets styles on its elements; scripts come from files alone. */
const onlyOurOwn: RequestHandler = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
});
