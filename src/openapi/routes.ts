import { type RequestHandler, Router } from 'express';
import helmet from 'helmet';
import swaggerUi from 'swagger-ui-express';
import type { OpenApiDocument } from './document.ts';

/** `/openapi.json`, and `/docs` to read it in a browser: Swagger UI, every file of it from here. */
export function openApiRoutes(document: OpenApiDocument): Router {
  const json = JSON.stringify(document);
  const routes = Router();
  routes.get('/openapi.json', helmet(), (_request, response) => {
    response.type('json').set('cache-control', 'no-cache').send(json);
  });
  const page = swaggerUi.setup(undefined, {
    swaggerUrl: '/openapi.json',
    customSiteTitle: 'Output Management System: API',
    customCss: '.swagger-ui .topbar { display: none }',
    // It would send the document to a validator on the internet.
    swaggerOptions: { validatorUrl: null, persistAuthorization: false, tryItOutEnabled: true },
  });
  routes.use('/docs', onlyOurOwn, ...(swaggerUi.serveFiles(undefined, { swaggerUrl: '/openapi.json' }) as []), page);
  return routes;
}

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
