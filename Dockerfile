# One image for every part of Newswire: the command says which. docs/deploy.md tells how it is run and was checked.
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# The dependencies first: they change less often than the code.
COPY requirements/run.txt requirements/build.txt requirements/
RUN python -m venv /opt/newswire
RUN /opt/newswire/bin/pip install --require-hashes --only-binary=:all: -r requirements/run.txt
RUN python -m venv /build
RUN /build/bin/pip install --require-hashes --only-binary=:all: -r requirements/build.txt
COPY LICENSE README.md pyproject.toml ./
COPY pipeline pipeline
COPY schemas schemas
COPY samples samples
COPY deploy/elasticsearch deploy/elasticsearch
COPY deploy/kafka deploy/kafka
COPY deploy/kibana deploy/kibana
COPY deploy/local deploy/local
RUN /build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .
RUN /opt/newswire/bin/pip install --no-deps --no-index /wheels/*.whl
# Nothing is installed in a running container.
RUN /opt/newswire/bin/pip uninstall --yes pip

FROM python:${PYTHON}
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.title="Newswire" \
      org.opencontainers.image.description="Wire copy in, searchable articles with language, entities and topics out." \
      org.opencontainers.image.licenses="Apache-2.0 AND CC-BY-NC-SA-4.0 AND CC-BY-SA-4.0 AND CC-BY-4.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
# A number, so that Kubernetes can see that it is not root.
RUN groupadd --gid 10001 newswire
RUN useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/newswire --shell /usr/sbin/nologin newswire
RUN install --directory --owner=10001 --group=10001 --mode=0750 /var/lib/newswire
COPY --from=build /opt/newswire /opt/newswire
COPY --chmod=0755 deploy/docker/healthy /usr/local/bin/healthy
ENV PATH=/opt/newswire/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    NEWSWIRE_VAR=/var/lib/newswire \
    NEWSWIRE_HEALTH_HOST=0.0.0.0 \
    NEWSWIRE_HEALTH_PORT=8089
WORKDIR /var/lib/newswire
# With these two the rest of the file system may be read-only: --read-only --tmpfs /tmp.
VOLUME ["/var/lib/newswire"]
USER 10001:10001
EXPOSE 8080 8089 8300 9300 9301
# Of the worker; who runs another command says its address: healthy http://127.0.0.1:8300/health/live
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 CMD ["healthy", "http://127.0.0.1:8089/health/live"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["newswire"]
CMD ["worker"]
