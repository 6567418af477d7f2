# Footnote in a container: the page and the HTTP API on port 8000, the library in /data.
#
#   docker build -t footnote .
#   docker run -p 127.0.0.1:8000:8000 -v footnote:/data -e FOOTNOTE_ACCESS_TOKEN=… footnote
#
# Every package is pinned with its hash, Chroma's too. There is no torch in it: only other embedding models need that.

FROM python:3.12-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements.txt ./
RUN python -m venv /opt/footnote \
    && /opt/footnote/bin/pip install --no-deps --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY vectorstore vectorstore
COPY ingest ingest
COPY bot bot
COPY footnote footnote
RUN /opt/footnote/bin/pip install --no-deps --no-build-isolation .

FROM python:3.12-slim-bookworm
RUN useradd --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin footnote \
    && install --directory --owner=footnote --group=footnote /data
COPY --from=build /opt/footnote /opt/footnote
ENV PATH=/opt/footnote/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FOOTNOTE_LIBRARY=/data/library \
    FOOTNOTE_CACHE=/data/cache \
    FOOTNOTE_HOST=0.0.0.0 \
    FOOTNOTE_PORT=8000 \
    FOOTNOTE_LOG_LEVEL=info
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
# The health check speaks to the server from inside, under a name that it answers to.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["footnote"]
CMD ["serve"]
