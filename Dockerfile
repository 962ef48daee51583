# One image for every process of the portal: web, phones, worker, beat and the set-up job.
FROM python:3.13-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt ./
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
COPY . .
ENV PATH=/venv/bin:$PATH
RUN for po in */locale/*/LC_MESSAGES/django.po; do pybabel --quiet compile --input-file "$po" --output-file "${po%.po}.mo"; done
# Static files carry their content's hash in their names; no server and no secret is needed to collect them.
RUN STATIC_ROOT=/static SECRET_KEY=only-for-this-build python manage.py collectstatic --noinput

FROM python:3.13-slim-bookworm
# Pango draws the invoices.
RUN apt-get update \
    && apt-get install --no-install-recommends --yes libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /data centrale \
    && mkdir /data/media /data/drop /data/beat /static /shared \
    && chown -R centrale:centrale /data /static /shared
COPY --from=build /venv /venv
COPY --from=build /app /app
COPY --from=build --chown=centrale:centrale /static /static
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    CENTRALE_HOME=/data \
    STATIC_ROOT=/static
USER 10001:10001
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "--no-ws", "portal.wsgi:application"]
