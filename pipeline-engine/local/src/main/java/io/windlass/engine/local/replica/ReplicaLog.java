package io.windlass.engine.local.replica;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A replica's log. The replica itself writes it, so that it goes on while no keeper lives; it is
 * bounded by copying it away and emptying it, and masked by whoever reads it.
 */
public final class ReplicaLog {
  /** Read from the end at most, however many lines are asked for. */
  private static final int TAIL_BYTES = 64 * 1024;

  private ReplicaLog() {}

  /**
   * Keeps a log below its bound: what there is becomes {@code out.log.1}. Lines that are written in
   * the moment between copy and cut are lost.
   */
  public static void bound(Path log, long bytes) throws IOException {
    if (Files.exists(log) && Files.size(log) > bytes) {
      Path older = log.resolveSibling(log.getFileName() + ".1");
      Files.copy(log, older, StandardCopyOption.REPLACE_EXISTING);
      try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
        file.setLength(0);
      }
    }
  }

  /** The last lines, the newest last; not masked. */
  public static List<String> tail(Path log, int lines) throws IOException {
    if (Files.notExists(log)) {
      return List.of();
    }
    byte[] end;
    boolean cut;
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      long from = Math.max(0, file.length() - TAIL_BYTES);
      cut = from > 0;
      file.seek(from);
      end = new byte[(int) (file.length() - from)];
      file.readFully(end);
    }
    List<String> all = new ArrayList<>(new String(end, StandardCharsets.UTF_8).lines().toList());
    if (cut && !all.isEmpty()) {
      all.removeFirst();
    }
    return List.copyOf(all.subList(Math.max(0, all.size() - lines), all.size()));
  }
}
