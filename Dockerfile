FROM python:3.12-slim

RUN useradd --create-home --uid 10001 tocsin && mkdir /data /config && chown tocsin /data
WORKDIR /opt/tocsin
COPY pyproject.toml README.md LICENSE ./
COPY streams streams
COPY alerts alerts
RUN pip install --no-cache-dir .

USER tocsin
WORKDIR /data
VOLUME /data
STOPSIGNAL SIGTERM
ENTRYPOINT ["tocsin"]
CMD ["run", "-c", "/config/tocsin.yml"]
