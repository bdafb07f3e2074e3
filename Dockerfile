FROM python:3.12-slim

RUN useradd --create-home --uid 10001 tocsin && mkdir /data /config && chown tocsin /data
WORKDIR /opt/tocsin
COPY pyproject.toml README.md LICENSE ./
COPY streams streams
COPY alerts alerts
RUN pip install --no-cache-dir ".[kafka]"

USER tocsin
WORKDIR /data
VOLUME /data
# Only where the config says `listen: 0.0.0.0:8088`; add --publish, and a HEALTHCHECK on /healthz if your host wants one.
EXPOSE 8088
STOPSIGNAL SIGTERM
ENTRYPOINT ["tocsin"]
CMD ["run", "-c", "/config/tocsin.yml"]
