# syntax=docker/dockerfile:1
FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The Node of the image is the one that runs; the optional packages only bring one to machines without it.
RUN npm ci --omit=dev --omit=optional

FROM node:24-slim
# A smaller nursery than Node's: a busy worker's garbage would take a hundred megabytes more.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 NODE_OPTIONS=--max-semi-space-size=10
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY entities entities
COPY processors processors
COPY queues queues
COPY admin admin
COPY src src
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/ready').then(({ok}) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "src/main.ts"]
CMD ["api", "worker", "sweep", "admin", "security", "reference-data", "recovery"]
