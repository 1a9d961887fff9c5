package io.windlass.engine.image.jib;

import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntry;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.image.ReproducibleLayerBuilder;
import com.google.common.collect.ImmutableList;
import io.windlass.engine.image.Digest;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImagePlan.Entry;
import io.windlass.engine.image.ImagePlan.Layer;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.image.store.ImageRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/**
 * Layers by their content: looked up in the store, else made by Jib from staged files, once however
 * many builds want the same one.
 */
final class Layers {

  /** What Jib gives all files: a second after the epoch, since some tools take 0 for no time. */
  private static final Instant TIME = Instant.ofEpochSecond(1);

  private static final String MEDIA_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip";

  private final ContentStore store;
  private final Staging staging;
  private final SingleFlight<Digest, ImageRecord.Layer> flights = new SingleFlight<>();

  Layers(ContentStore store, Staging staging) {
    this.store = store;
    this.staging = staging;
  }

  ImageRecord.Layer get(Layer layer, Content content) throws ImageException, InterruptedException {
    Packing packing = Packing.of(layer);
    Digest key = content.key(layer, packing.name());
    Optional<ImageRecord.Layer> known = store.layer(key);
    if (known.isPresent()) {
      return known.get();
    }
    return flights.get(
        key,
        () -> {
          // Another may have ended between the look and the flight.
          Optional<ImageRecord.Layer> made = store.layer(key);
          if (made.isPresent()) {
            return made.get();
          }
          ImageRecord.Layer fresh = make(layer, packing, content);
          store.remember(key, fresh);
          return fresh;
        });
  }

  private ImageRecord.Layer make(Layer layer, Packing packing, Content content)
      throws ImageException, InterruptedException {
    MessageDigest plain = Digest.sha256();
    try (Staging.Area area = staging.area()) {
      ImmutableList.Builder<FileEntry> entries = ImmutableList.builder();
      for (Entry entry : layer.entries()) {
        if (Thread.interrupted()) {
          throw new InterruptedException("building a layer was interrupted");
        }
        entries.add(jib(entry, area.stage(entry, content.of(entry))));
      }
      Digest digest =
          store.store(
              out -> {
                try (GZIPOutputStream gzip = packing.over(out)) {
                  DigestOutputStream summed = new DigestOutputStream(gzip, plain);
                  new ReproducibleLayerBuilder(entries.build()).build().writeTo(summed);
                }
              },
              Optional.empty());
      return new ImageRecord.Layer(
          digest.text(), Digest.from(plain).text(), Files.size(store.blob(digest)), MEDIA_TYPE);
    } catch (IOException e) {
      throw failed(layer, e);
    } catch (UncheckedIOException e) {
      throw failed(layer, new IOException(e));
    }
  }

  private ImageException failed(Layer layer, IOException cause) {
    return ImageException.of("make the layer \"" + layer.name() + "\"", staging.dir(), cause);
  }

  private static FileEntry jib(Entry entry, Path staged) {
    return new FileEntry(
        staged,
        AbsoluteUnixPath.get(entry.target()),
        FilePermissions.fromOctalString(entry.executable() ? "755" : "644"),
        TIME,
        entry.owner());
  }
}
