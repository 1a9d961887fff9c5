package io.windlass.engine.image.jib;

import io.windlass.engine.image.Digest;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImagePlan;
import io.windlass.engine.image.ImagePlan.Entry;
import io.windlass.engine.image.ImagePlan.Layer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * What a plan's files hold, read anew for each build. Times and names of a workspace say nothing
 * about content, so nothing is remembered from one build to the next but digests of contents.
 */
record Content(Map<Path, Digest> files) {

  /** What a layer of the same files would be made to differently, when its making changes. */
  private static final String VERSION = "windlass layer 2";

  /** Reads all files of a plan, several at once. */
  static Content read(ImagePlan plan, ExecutorService executor)
      throws ImageException, InterruptedException {
    List<Entry> entries =
        plan.layers().stream().flatMap(layer -> layer.entries().stream()).toList();
    List<Callable<Digest>> readers = new ArrayList<>();
    for (Entry entry : entries) {
      readers.add(() -> digest(entry));
    }
    Map<Path, Digest> files = new HashMap<>();
    int at = 0;
    for (Future<Digest> digest : executor.invokeAll(readers)) {
      try {
        files.put(entries.get(at++).source(), digest.get());
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case ImageException ours -> throw ours;
          case null, default -> throw new IllegalStateException("reading broke", e.getCause());
        }
      }
    }
    return new Content(files);
  }

  Digest of(Entry entry) {
    Digest digest = files.get(entry.source());
    if (digest == null) {
      throw new IllegalArgumentException("\"" + entry.source() + "\" is of another plan");
    }
    return digest;
  }

  /** Stands for all that decides a layer's bytes, and for nothing else. */
  Digest key(Layer layer, String packing) {
    StringBuilder text = new StringBuilder(VERSION).append('\n').append(packing).append('\n');
    layer.entries().stream()
        .sorted(Comparator.comparing(Entry::target))
        .forEach(entry ->
            text.append(entry.target())
                .append('\0')
                .append(entry.executable() ? 'x' : '-')
                .append(entry.owner())
                .append('\0')
                .append(of(entry).hex())
                .append('\n'));
    return Digest.of(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Opens a planned file and makes sure that it is still the file that was planned. */
  static InputStream open(Entry entry) throws IOException, ImageException {
    InputStream in;
    try {
      in = Files.newInputStream(entry.source(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      if (!Files.isRegularFile(entry.source(), LinkOption.NOFOLLOW_LINKS)) {
        throw changed(entry);
      }
      throw e;
    }
    if (!entry.source().toRealPath().equals(entry.source())) {
      in.close();
      throw changed(entry);
    }
    return in;
  }

  static ImageException changed(Entry entry) {
    return ImageException.badPlan(
        "put \"" + entry.source().getFileName() + "\" into the image",
        "it changed while the image was built",
        "end what writes to the workspace before the image is built");
  }

  private static Digest digest(Entry entry) throws ImageException {
    MessageDigest sum = Digest.sha256();
    byte[] buffer = new byte[Math.clamp(entry.bytes() + 1, 1, 1 << 17)];
    long bytes = 0;
    try (InputStream in = open(entry)) {
      for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
        sum.update(buffer, 0, read);
        bytes += read;
        if (bytes > entry.bytes()) {
          break;
        }
      }
    } catch (IOException e) {
      throw ImageException.of("read \"" + entry.source().getFileName() + "\"", entry.source(), e);
    }
    if (bytes != entry.bytes()) {
      throw changed(entry);
    }
    return Digest.from(sum);
  }
}
