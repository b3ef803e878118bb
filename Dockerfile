# API, worker and migrations in one image: which of them runs is the command (docker-compose.yml). Node runs the TypeScript
# as it is, so nothing is compiled.
FROM node:26.10.0-slim AS packages
RUN npm install --global pnpm@12.4.2
WORKDIR /razao
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY api/package.json api/
COPY worker/package.json worker/
COPY ledger/package.json ledger/
COPY shared/package.json shared/
COPY sql/package.json sql/
# Not `pnpm deploy`: it puts our own packages below node_modules, where Node strips no types. Nothing optional is needed.
RUN CI=1 pnpm install --prod --no-optional --frozen-lockfile \
  --filter ./api --filter ./worker --filter ./ledger --filter ./shared --filter ./sql

FROM node:26.10.0-slim
WORKDIR /razao
COPY --from=packages /razao/ ./
COPY api/src api/src
COPY worker/src worker/src
COPY ledger/src ledger/src
COPY shared/src shared/src
COPY sql/src sql/src
COPY sql/commands sql/commands
COPY sql/migrations sql/migrations
RUN install --directory --owner=node /var/cache/razao
USER node
ENV NODE_ENV=production HOST=0.0.0.0 NODE_COMPILE_CACHE=/var/cache/razao
# Importing connects to nothing: this only fills the cache, which halves the time of a start.
RUN node api/src/create-api.ts && node worker/src/create-worker.ts
EXPOSE 3000 3001
CMD ["node", "--max-semi-space-size=32", "api/src/main.ts"]
