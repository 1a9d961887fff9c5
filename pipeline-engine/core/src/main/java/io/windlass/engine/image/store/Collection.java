package io.windlass.engine.image.store;

import io.windlass.engine.image.Digest;
import io.windlass.engine.image.ImageException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** One collection; the caller holds the store alone. */
final class Collection {

  private final ContentStore store;
  private final Path dir;
  private final Instant keepSince;
  private final Map<String, Long> sizes = new HashMap<>();
  private final Map<String, Integer> needed = new HashMap<>();
  private int images;
  private long freed;

  Collection(ContentStore store, Path dir, Instant keepSince) {
    this.store = store;
    this.dir = dir;
    this.keepSince = keepSince;
  }

  private record Candidate(Path file, ImageRecord record, Instant used) {
    /** The manifest too, where its bytes were kept. */
    Stream<String> blobs() {
      return Stream.concat(Stream.of(new Digest(record.digest())), record.blobs())
          .map(Digest::hex)
          .distinct();
    }
  }

  Collected run(Set<String> live, long budget) throws IOException, ImageException {
    for (Path leftover : list("tmp")) {
      Disk.remove(leftover);
    }
    for (Path blob : list("blobs/sha256")) {
      sizes.put(blob.getFileName().toString(), Files.size(blob));
    }
    List<Candidate> removable = new ArrayList<>();
    for (Path file : list("images")) {
      Optional<ImageRecord> record = store.written(Digest.ofHex(file.getFileName().toString()));
      if (record.isEmpty()) {
        continue;
      }
      Candidate image =
          new Candidate(file, record.get(), Files.getLastModifiedTime(file).toInstant());
      image.blobs().forEach(blob -> needed.merge(blob, 1, Integer::sum));
      if (!live.contains(image.record().digest()) && image.used().isBefore(keepSince)) {
        removable.add(image);
      }
    }
    removeOrphans();
    removable.sort(Comparator.comparing(Candidate::used));
    for (Candidate image : removable) {
      if (total() <= budget) {
        break;
      }
      remove(image);
    }
    forgetLayers();
    return new Collected(images, freed, total(), false);
  }

  private long total() {
    return sizes.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The record first: a crash in between leaves orphans and no image with a hole. */
  private void remove(Candidate image) throws IOException {
    Files.delete(image.file());
    images++;
    for (String blob : image.blobs().toList()) {
      if (needed.merge(blob, -1, Integer::sum) == 0) {
        removeBlob(blob);
      }
    }
  }

  private void removeOrphans() throws IOException {
    for (String blob : List.copyOf(sizes.keySet())) {
      Instant written = Files.getLastModifiedTime(file(blob)).toInstant();
      if (!needed.containsKey(blob) && written.isBefore(keepSince)) {
        removeBlob(blob);
      }
    }
  }

  private void removeBlob(String blob) throws IOException {
    Long size = sizes.remove(blob);
    if (size != null) {
      Files.deleteIfExists(file(blob));
      freed += size;
    }
  }

  private void forgetLayers() throws IOException, ImageException {
    for (Path file : list("layers")) {
      if (store.layer(Digest.ofHex(file.getFileName().toString())).isEmpty()) {
        Files.delete(file);
      }
    }
  }

  private Path file(String blob) {
    return dir.resolve("blobs/sha256").resolve(blob);
  }

  private List<Path> list(String part) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(dir.resolve(part))) {
      stream.forEach(files::add);
    }
    return files;
  }
}
