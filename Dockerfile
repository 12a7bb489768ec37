# The image of worker, page and client. It was never built: see the head of docker-compose.yml.

# Use the Python version with which requirements.txt was locked.
FROM python:3.11-slim AS build
WORKDIR /build
# With --build-arg REQUIREMENTS=requirements-report.txt it can make reports and the archive too.
ARG REQUIREMENTS=requirements.txt
COPY requirements.txt requirements-report.txt ./
RUN python -m venv /opt/case72 && \
    /opt/case72/bin/pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes -r $REQUIREMENTS

FROM python:3.11-slim
RUN useradd --system --uid 10001 case72 && \
    install -d -o case72 /var/lib/case72
COPY --from=build /opt/case72 /opt/case72
WORKDIR /srv/case72
COPY domain domain
COPY workflows workflows
COPY activities activities
COPY mail mail
COPY providers providers
COPY temporal_client temporal_client
COPY reference reference
COPY runtime runtime
COPY page page
COPY desk desk
COPY web web
COPY inbound inbound
COPY templates templates
COPY reports reports
COPY simulation simulation
COPY cli cli
COPY examples examples
COPY worker.py client.py ./
ENV PATH=/opt/case72/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CASE72_STATE=/var/lib/case72
USER 10001
CMD ["python", "worker.py"]
