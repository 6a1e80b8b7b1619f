FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --release --locked

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --create-home parsimony
COPY --from=build /src/target/release/parsimony /usr/local/bin/parsimony
USER parsimony
WORKDIR /data
VOLUME /data
EXPOSE 1337
HEALTHCHECK --interval=10s --timeout=3s --start-period=2s CMD curl -fsS "http://127.0.0.1:${PORT:-1337}/parse/health" || exit 1
ENTRYPOINT ["parsimony", "--data-dir", "/data"]
