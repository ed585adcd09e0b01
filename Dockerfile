FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml README.md ./
COPY bot bot
COPY crm_core crm_core
COPY intents intents
COPY telephony telephony
COPY webhooks webhooks
RUN python -m venv /opt/offhook && /opt/offhook/bin/pip install --no-cache-dir '.[nlu]'

FROM python:3.11-slim
RUN useradd --system --home-dir /srv/offhook --create-home offhook
COPY --from=build /opt/offhook /opt/offhook
COPY offhook.yml /srv/offhook/offhook.yml
ENV PATH=/opt/offhook/bin:$PATH HOST=0.0.0.0 PYTHONUNBUFFERED=1
WORKDIR /srv/offhook
USER offhook
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT', '8080')}/readyz\")"]
CMD ["offhook", "serve"]
