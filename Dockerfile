# One image, two commands: the API (the default) and the worker ("node api/dist/worker.js").
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json pnpm-workspace.yaml pnpm-lock.yaml ./
COPY api/package.json api/
COPY datasets/package.json datasets/
COPY db/package.json db/
COPY sdk/package.json sdk/
COPY test/package.json test/
COPY ui/package.json ui/
RUN npx --yes pnpm@10.34.8 install --frozen-lockfile
COPY . .
RUN npx --yes pnpm@10.34.8 build
# What runs: the API and the packages it needs, without what only builds and tests.
RUN rm -rf node_modules */node_modules \
    && CI=1 npx --yes pnpm@10.34.8 install --prod --frozen-lockfile --ignore-scripts --filter @fairlift/api...

FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 DATA_DIR=/data
COPY --from=build /app/package.json /app/pnpm-workspace.yaml ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/api/package.json api/package.json
COPY --from=build /app/api/node_modules api/node_modules
COPY --from=build /app/api/dist api/dist
COPY --from=build /app/api/graphiql/dist api/graphiql/dist
COPY --from=build /app/db/package.json db/package.json
COPY --from=build /app/db/node_modules db/node_modules
COPY --from=build /app/db/dist db/dist
COPY --from=build /app/db/migrations db/migrations
COPY --from=build /app/ui/dist ui/dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD node -e "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"
CMD ["node", "api/dist/main.js"]
