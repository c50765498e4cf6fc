# pressmark in an image that holds nothing else: the static program, its licences and a folder for temporary files.
#
#   scripts/release.sh && docker build -t pressmark .
#   docker run --rm --network none --user "$(id -u):$(id -g)" -v "$PWD:/data" pressmark annotate pages -o annotated.jsonl
#
# The program is built by scripts/release.sh and not here, so that the image has the very bytes of the archives.
FROM scratch
ARG TARGETARCH=amd64
ARG VERSION
ARG REVISION
LABEL org.opencontainers.image.title="pressmark" \
      org.opencontainers.image.description="Annotates news pages: clean text, entities, quotations, summary, frames, stances" \
      org.opencontainers.image.licenses="(MIT OR Apache-2.0) AND CC-BY-SA-4.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY dist/image/${TARGETARCH}/ /
WORKDIR /data
USER 65532:65532
ENTRYPOINT ["/pressmark"]
CMD ["--help"]
