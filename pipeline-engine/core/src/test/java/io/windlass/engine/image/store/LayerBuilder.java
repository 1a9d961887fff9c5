package io.windlass.engine.image.store;

import io.windlass.engine.image.Digest;
import io.windlass.engine.image.ImageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Writes layers of any kind, such as nobody honest would. */
final class LayerBuilder {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

  LayerBuilder() {
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
  }

  LayerBuilder file(String name, String content) {
    return file(name, content, 0644);
  }

  LayerBuilder file(String name, String content, int mode) {
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setMode(mode);
    byte[] data = content.getBytes(StandardCharsets.UTF_8);
    entry.setSize(data.length);
    return put(entry, data);
  }

  LayerBuilder directory(String name) {
    return put(new TarArchiveEntry(name + "/", true), new byte[0]);
  }

  LayerBuilder link(String name, String to) {
    return special(name, TarConstants.LF_SYMLINK, to);
  }

  LayerBuilder hardLink(String name, String to) {
    return special(name, TarConstants.LF_LINK, to);
  }

  LayerBuilder special(String name, byte type, String to) {
    TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
    entry.setLinkName(to);
    return put(entry, new byte[0]);
  }

  /** A header that says that the next name is this long. */
  LayerBuilder longName(int length) {
    TarArchiveEntry entry =
        new TarArchiveEntry(TarConstants.GNU_LONGLINK, TarConstants.LF_GNUTYPE_LONGNAME);
    entry.setSize(length);
    byte[] name = new byte[length];
    Arrays.fill(name, (byte) 'n');
    return put(entry, name);
  }

  byte[] gzip() {
    try {
      tar.close();
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
        gzip.write(bytes.toByteArray());
      }
      return packed.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An image of layers, in the store. */
  static String image(ContentStore store, byte[]... packed) throws ImageException {
    return image(store, "{\"config\":{}}", packed);
  }

  static String image(ContentStore store, String config, byte[]... packed) throws ImageException {
    List<ImageRecord.Layer> layers = new ArrayList<>();
    for (byte[] layer : packed) {
      String digest = store.put(layer).text();
      layers.add(new ImageRecord.Layer(digest, digest, layer.length, "tar+gzip"));
    }
    String blob = store.put(config.getBytes(StandardCharsets.UTF_8)).text();
    String digest = Digest.of((blob + layers).getBytes(StandardCharsets.UTF_8)).text();
    store.add(new ImageRecord(digest, "test", blob, layers));
    return digest;
  }

  private LayerBuilder put(TarArchiveEntry entry, byte[] data) {
    try {
      tar.putArchiveEntry(entry);
      tar.write(data);
      tar.closeArchiveEntry();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
