package io.windlass.engine.image.jib;

import io.windlass.engine.image.ImagePlan.Entry;
import io.windlass.engine.image.ImagePlan.Layer;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * How hard a layer is squeezed. Jars and pictures are compressed already: 46 MB of them take a
 * second to compress again and come out no smaller, so they are only wrapped. Classes at level 4
 * take half the time that they take at the usual 6 and come out 4 % larger, which a network of more
 * than some 10 Mbit/s makes good.
 */
enum Packing {
  /** For what is compressed already. */
  WRAP(Deflater.NO_COMPRESSION),
  /** For everything else. */
  SQUEEZE(4);

  private final int level;

  Packing(int level) {
    this.level = level;
  }

  static Packing of(Layer layer) {
    long packed = layer.entries().stream().filter(Packing::isPacked).mapToLong(Entry::bytes).sum();
    return packed * 10 >= layer.bytes() * 9 && packed > 0 ? WRAP : SQUEEZE;
  }

  private static boolean isPacked(Entry entry) {
    String name = entry.target().toLowerCase(Locale.ROOT);
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "jar", "war", "zip", "gz", "tgz", "zst", "xz", "bz2", "br" -> true;
      case "png", "jpg", "jpeg", "gif", "webp", "avif", "mp4", "woff", "woff2" -> true;
      default -> false;
    };
  }

  /** A gzip stream without a time or a name in it. */
  GZIPOutputStream over(OutputStream out) throws IOException {
    return new GZIPOutputStream(out, 1 << 16) {
      {
        def.setLevel(level);
      }
    };
  }
}
