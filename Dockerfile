# syntax=docker/dockerfile:1
# One image for web, worker, beat and migrations; docker-compose.yml says what each runs.

FROM python:3.11-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gettext && rm -rf /var/lib/apt/lists/*
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements/base.txt /tmp/base.txt
RUN pip install --no-cache-dir --require-hashes -r /tmp/base.txt
WORKDIR /site
COPY . .
# These settings are for the two commands below alone: neither opens a connection.
RUN export SECRET_KEY=build DATABASE_URL=postgres://build@build/build REDIS_URL=redis://build \
        BASE_URL=https://build STATIC_ROOT=/site/staticfiles \
    && if [ -d locale ]; then python manage.py compilemessages; fi \
    && python manage.py collectstatic --no-input

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        fontconfig fonts-inter libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && fc-cache \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin site \
    && install -d -o site /data/media /data/beat
COPY --from=build /venv /venv
COPY --from=build /site /site
WORKDIR /site
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    XDG_CACHE_HOME=/tmp \
    MEDIA_ROOT=/data/media \
    STATIC_ROOT=/site/staticfiles \
    BEAT_FILE=/data/beat/schedule
USER site
EXPOSE 8000
CMD ["gunicorn", "--config", "config/gunicorn.py", "config.wsgi", "--bind", "0.0.0.0:8000", \
     "--workers", "2", "--threads", "4", "--worker-tmp-dir", "/dev/shm"]
